;; The smallest plugin that dprint 0.57 loads: it formats nothing. dprint keeps the artifact that
;; Wasmtime made of it, and says why when it cannot load one. It asks through version 4 of its
;; interface: a function answers with a length, the answer's address is get_shared_bytes_ptr's.
(module
  (memory (export "memory") 1)
  (data (i32.const 0x100)
    "{\"name\":\"probe\",\"version\":\"1.0.0\",\"configKey\":\"probe\",\"helpUrl\":\"\",\"configSchemaUrl\":\"\"}")
  (data (i32.const 0x200) "{\"fileExtensions\":[],\"fileNames\":[]}")
  (data (i32.const 0x300) "{}")
  (data (i32.const 0x310) "[]")

  (global $answer (mut i32) (i32.const 0x1000))
  (func $say (param $address i32) (param $length i32) (result i32)
    (global.set $answer (local.get $address))
    (local.get $length))

  (func (export "dprint_plugin_version_4") (result i32) (i32.const 4))
  (func (export "get_shared_bytes_ptr") (result i32) (global.get $answer))
  (func (export "clear_shared_bytes") (param i32) (result i32)
    (call $say (i32.const 0x1000) (i32.const 0x1000)))

  (func (export "get_plugin_info") (result i32) (call $say (i32.const 0x100) (i32.const 88)))
  (func (export "get_license_text") (result i32) (call $say (i32.const 0x300) (i32.const 0)))
  (func (export "register_config") (param i32))
  (func (export "release_config") (param i32))
  (func (export "get_config_diagnostics") (param i32) (result i32)
    (call $say (i32.const 0x310) (i32.const 2)))
  (func (export "get_resolved_config") (param i32) (result i32)
    (call $say (i32.const 0x300) (i32.const 2)))
  (func (export "get_config_file_matching") (param i32) (result i32)
    (call $say (i32.const 0x200) (i32.const 36))))
