;; A memory, a table, data, globals and most of what an old compiler knows to do with them.
(module
  (type $unary (func (param i32) (result i32)))
  (memory (export "memory") 2 16)
  (table 4 8 funcref)
  (global $calls (mut i32) (i32.const 0))
  (global $scale f64 (f64.const 0.5))
  (data (i32.const 16) "precompiled\00twice\ff")
  (data (i32.const 65536) "on the second page")
  (elem (i32.const 1) $double $negate $length)

  (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
  (func $negate (type $unary) (i32.sub (i32.const 0) (local.get 0)))
  (func $length (type $unary)
    (local $end i32)
    (local.set $end (local.get 0))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $end) (local.get 0)))

  (func (export "apply") (param $which i32) (param $to i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call_indirect (type $unary) (local.get $to) (local.get $which)))
  (func (export "choose") (param i32) (result i64)
    (block $two
      (block $one
        (block $zero (br_table $zero $one $two (local.get 0)))
        (return (i64.load offset=16 (i32.const 0))))
      (return (i64.extend_i32_u (memory.size))))
    (i64.rem_u (i64.const 1000000007) (i64.extend_i32_s (memory.grow (i32.const 1)))))
  (func (export "mean") (param f64 f64) (result f32)
    (f32.demote_f64 (f64.mul (global.get $scale) (f64.add (local.get 0) (local.get 1)))))
  (func (export "wizer.initialize")
    (i32.store (i32.const 64) (call $length (i32.const 16)))))
