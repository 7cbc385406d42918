;; Finds where one of eight words may begin, 16 bytes at a time. words.ts puts tables and bytes into the memory, checks what is found, and is the
;; reference that the tests compare this with.
;;
;; The first, third, fourth and fifth byte of a word are looked at. Each has two tables of 16 entries: which words have a byte with this low half
;; there, and which one with this high half; each word is a bit. A word too short to have such a byte is in all entries of its tables.
(module
  (memory (export "memory") 1)

  ;; The tables, and the bytes with those that are read past their end (scripts/checked-wat.mjs):
  ;; region read (i32.const 0) (i32.const 128)
  ;; region read (i32.const 256) (i32.const 33044)

  ;; The words that have these 16 bytes at the offset that the tables at $table are for.
  (func $having (param $table i32) (param $bytes v128) (result v128)
    (v128.and
      (i8x16.swizzle (v128.load (local.get $table)) (v128.and (local.get $bytes) (i8x16.splat (i32.const 15))))
      (i8x16.swizzle (v128.load offset=16 (local.get $table)) (i8x16.shr_u (local.get $bytes) (i32.const 4)))))

  ;; Offset of the first place in [$start, $end) where a word may begin; -1 if there is none. Up to 20 bytes past $end are read.
  (func (export "find") (param $tables i32) (param $start i32) (param $end i32) (result i32)
    (local $p i32) (local $bits i32) (local $at i32) (local $words v128)
    (local $low0 v128) (local $high0 v128) (local $low2 v128) (local $high2 v128)
    (local $half v128) (local $bytes v128)
    (local.set $low0 (v128.load (local.get $tables)))
    (local.set $high0 (v128.load offset=16 (local.get $tables)))
    (local.set $low2 (v128.load offset=32 (local.get $tables)))
    (local.set $high2 (v128.load offset=48 (local.get $tables)))
    (local.set $half (i8x16.splat (i32.const 15)))
    (local.set $p (local.get $start))
    (block $none
      (loop $more
        (br_if $none (i32.ge_s (local.get $p) (local.get $end)))
        ;; Two bytes of a word, written out: V8 does not inline calls.
        (local.set $bytes (v128.load (local.get $p)))
        (local.set $words
          (v128.and
            (i8x16.swizzle (local.get $low0) (v128.and (local.get $bytes) (local.get $half)))
            (i8x16.swizzle (local.get $high0) (i8x16.shr_u (local.get $bytes) (i32.const 4)))))
        (local.set $bytes (v128.load offset=2 (local.get $p)))
        (local.set $words
          (v128.and
            (local.get $words)
            (v128.and
              (i8x16.swizzle (local.get $low2) (v128.and (local.get $bytes) (local.get $half)))
              (i8x16.swizzle (local.get $high2) (i8x16.shr_u (local.get $bytes) (i32.const 4))))))
        (if (v128.any_true (local.get $words))
          (then
            ;; The other two, where the first two match.
            (local.set $words
              (v128.and
                (local.get $words)
                (v128.and
                  (call $having (i32.add (local.get $tables) (i32.const 64)) (v128.load offset=3 (local.get $p)))
                  (call $having (i32.add (local.get $tables) (i32.const 96)) (v128.load offset=4 (local.get $p))))))
            (local.set $bits (i8x16.bitmask (i8x16.ne (local.get $words) (v128.const i64x2 0 0))))
            (if (local.get $bits)
              (then
                (local.set $at (i32.add (local.get $p) (i32.ctz (local.get $bits))))
                (br_if $none (i32.ge_s (local.get $at) (local.get $end)))
                (return (local.get $at))))))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (br $more)))
    (i32.const -1)))
