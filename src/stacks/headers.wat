;; Complete headers of goroutines, in states that the kernel knows: what walk.wat reads between two stacks. Part of walk.wat.
;;
;; A state has up to 31 bytes, and is stored as two vectors of 16, padded with zeros. Its number is its place in $states: the one given by its
;; hash, or one of the three after that.

  ;; What the last header says: its id; the number of its state, plus (minutes + 1) << 6, with 0 for no minutes.
  (global $id (mut f64) (f64.const 0))
  (global $info (mut i32) (i32.const 0))

  ;; Reads `goroutine 7 [select]:` or `goroutine 7 [select, 3 minutes]:` with a known state. Returns the start of the next line; 0: it is
  ;; something else.
  (func $header (param $pos i32) (param $end i32) (result i32)
    (local $p i32) (local $c i32) (local $length i32) (local $state i32) (local $minutes i32) (local $id i64)
    (block $no
      (br_if $no (i64.ne (i64.load (local.get $pos)) (i64.const 0x6e6974756f726f67))) ;; goroutin
      (br_if $no (i32.ne (i32.load16_u offset=8 (local.get $pos)) (i32.const 0x2065))) ;; e_
      (local.set $p (i32.add (local.get $pos) (i32.const 10)))
      (block $over
        (loop $more
          (local.set $c (i32.sub (i32.load8_u (local.get $p)) (i32.const 0x30)))
          (br_if $over (i32.ge_u (local.get $c) (i32.const 10)))
          (local.set $id (i64.add (i64.mul (local.get $id) (i64.const 10)) (i64.extend_i32_u (local.get $c))))
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (br $more)))
      ;; 15 digits are less than what an f64 holds exactly.
      (br_if $no (i32.gt_u (i32.sub (local.get $p) (local.get $pos)) (i32.const 25)))
      (br_if $no (i64.eqz (local.get $id)))
      (br_if $no (i32.ne (i32.load16_u (local.get $p)) (i32.const 0x5b20))) ;; _[
      (local.set $p (i32.add (local.get $p) (i32.const 2)))
      (local.set $length (call $state_length (local.get $p)))
      (br_if $no (i32.eqz (local.get $length)))
      (local.set $state (call $state (local.get $p) (local.get $length) (i32.const 0)))
      (br_if $no (i32.lt_s (local.get $state) (i32.const 0)))
      (local.set $p (i32.add (local.get $p) (local.get $length)))
      (if (i32.eq (i32.load16_u (local.get $p)) (i32.const 0x202c)) ;; ,_
        (then
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (local.set $length (local.get $p))
          (block $over
            (loop $more
              (local.set $c (i32.sub (i32.load8_u (local.get $p)) (i32.const 0x30)))
              (br_if $over (i32.ge_u (local.get $c) (i32.const 10)))
              (local.set $minutes (i32.add (i32.mul (local.get $minutes) (i32.const 10)) (local.get $c)))
              (local.set $p (i32.add (local.get $p) (i32.const 1)))
              (br $more)))
          (local.set $length (i32.sub (local.get $p) (local.get $length)))
          ;; One to six digits.
          (br_if $no (i32.ge_u (i32.sub (local.get $length) (i32.const 1)) (i32.const 6)))
          (local.set $minutes (i32.add (local.get $minutes) (i32.const 1)))
          (br_if $no (i64.ne (i64.load (local.get $p)) (i64.const 0x736574756e696d20))) ;; _minutes
          (local.set $p (i32.add (local.get $p) (i32.const 8)))))
      (br_if $no (i32.ne (i32.and (i32.load (local.get $p)) (i32.const 0xffffff)) (i32.const 0x0a3a5d))) ;; ]:\n
      (local.set $p (i32.add (local.get $p) (i32.const 3)))
      (br_if $no (i32.gt_u (local.get $p) (local.get $end)))
      (global.set $id (f64.convert_i64_u (local.get $id)))
      (global.set $info (i32.or (local.get $state) (i32.shl (local.get $minutes) (i32.const 6))))
      (return (local.get $p)))
    (i32.const 0))

  ;; Length of a state, up to the comma or bracket after it; 0 if it does not end within 32 bytes.
  (func $state_length (param $pos i32) (result i32)
    (local $stops i32)
    (local.set $stops
      (i32.or
        (call $stops_of (v128.load (local.get $pos)))
        (i32.shl (call $stops_of (v128.load offset=16 (local.get $pos))) (i32.const 16))))
    (if (result i32) (local.get $stops) (then (i32.ctz (local.get $stops))) (else (i32.const 0))))

  (func $stops_of (param $bytes v128) (result i32)
    (i8x16.bitmask
      (v128.or
        (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x2c)))
        (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5d))))))

  ;; The number of the state of $length bytes at $pos; -1 if unknown. $new: adds it, possibly in place of another one.
  (func $state (export "knowState") (param $pos i32) (param $length i32) (param $new i32) (result i32)
    (local $mask i32) (local $first v128) (local $second v128) (local $home i32) (local $number i32) (local $row i32) (local $i i32)
    (local.set $mask (i32.sub (i32.add (global.get $ones) (i32.const 32)) (local.get $length)))
    (local.set $first (v128.and (v128.load (local.get $pos)) (v128.load (local.get $mask))))
    (local.set $second (v128.and (v128.load offset=16 (local.get $pos)) (v128.load offset=16 (local.get $mask))))
    (local.set $home (call $hash_state (local.get $first) (local.get $second)))
    (block $unknown
      (loop $more
        (local.set $number (i32.and (i32.add (local.get $home) (local.get $i)) (i32.const 63)))
        (local.set $row (i32.add (global.get $states) (i32.shl (local.get $number) (i32.const 5))))
        (if (i32.eqz
              (v128.any_true
                (v128.or
                  (v128.xor (local.get $first) (v128.load (local.get $row)))
                  (v128.xor (local.get $second) (v128.load offset=16 (local.get $row))))))
          (then (return (local.get $number))))
        ;; This place is free, and so are those after it.
        (br_if $unknown (i32.eq (i32.load8_u (local.get $row)) (i32.const 0xff)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $i) (i32.const 4))))
      (local.set $number (local.get $home))
      (local.set $row (i32.add (global.get $states) (i32.shl (local.get $home) (i32.const 5)))))
    (if (i32.eqz (local.get $new)) (then (return (i32.const -1))))
    (v128.store (local.get $row) (local.get $first))
    (v128.store offset=16 (local.get $row) (local.get $second))
    (local.get $number))

  (func $hash_state (param $first v128) (param $second v128) (result i32)
    (local $both v128)
    (local.set $both (i64x2.add (local.get $first) (i64x2.shl (local.get $second) (i32.const 7))))
    (i32.wrap_i64
      (i64.shr_u
        (i64.mul
          (i64.add
            (i64x2.extract_lane 0 (local.get $both))
            (i64.rotl (i64x2.extract_lane 1 (local.get $both)) (i64.const 23)))
          (i64.const 0x9e3779b97f4a7c15))
        (i64.const 58))))
