;; Two components, one calling the other with a text in another encoding, so that Wasmtime compiles
;; an adapter between them.
(component
  (component $counts
    (core module $code
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 256))
      (func (export "count") (param $text i32) (param $bytes i32) (result i32) (local.get $bytes)))
    (core instance $c (instantiate $code))
    (func (export "count") (param "text" string) (result u32)
      (canon lift (core func $c "count") (memory $c "memory") (realloc (func $c "realloc")))))
  (component $asks
    (import "count" (func $count (param "text" string) (result u32)))
    (core module $store
      (memory (export "memory") 1)
      (data (i32.const 8) "p\00r\00e\00")
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 256)))
    (core instance $s (instantiate $store))
    (core func $lowered
      (canon lower (func $count) (memory $s "memory") (realloc (func $s "realloc"))
        string-encoding=utf16))
    (core module $code
      (import "with" "count" (func $count (param i32 i32) (result i32)))
      (func (export "run") (result i32) (call $count (i32.const 8) (i32.const 3))))
    (core instance $c (instantiate $code
      (with "with" (instance (export "count" (func $lowered))))))
    (func (export "run") (result u32) (canon lift (core func $c "run"))))
  (instance $one (instantiate $counts))
  (instance $two (instantiate $asks (with "count" (func $one "count"))))
  (export "run" (func $two "run")))
