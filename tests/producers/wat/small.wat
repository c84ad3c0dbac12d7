;; One function. The exported name lets wizer take it too.
(module
  (func (export "wizer.initialize"))
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))
