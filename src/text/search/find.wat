;; Finds one of two words in bytes, 64 at a time; both have the same first, fourth and seventh byte. search.ts puts words and bytes into the
;; memory, and is the reference that the tests compare this with.
;;
;; A position is examined only if three bytes match: the first, the fourth and the seventh of the word. Text often holds the first byte of a word,
;; but rarely all three by chance. Then the whole words are compared.
(module
  (memory (export "memory") 6)

  ;; The two words, and the bytes with those that are read past their end (scripts/checked-wat.mjs):
  ;; region read (i32.const 0) (i32.const 64)
  ;; region read (i32.const 64) (i32.const 128)
  ;; region read (i32.const 128) (i32.const 262352)

  ;; Is the word of $length bytes at $word also at $p, before $end?
  (func $same (param $word i32) (param $length i32) (param $p i32) (param $end i32) (result i32)
    (local $i i32)
    (if (i32.gt_s (i32.add (local.get $p) (local.get $length)) (local.get $end)) (then (return (i32.const 0))))
    (loop $next
      (if (i32.ge_u (local.get $i) (local.get $length)) (then (return (i32.const 1))))
      (if (i32.ne
            (i32.load8_u (i32.add (local.get $word) (local.get $i)))
            (i32.load8_u (i32.add (local.get $p) (local.get $i))))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; Offset of the first whole word in [$start, $end); -1 if there is none. The words have 7 bytes or more; the first is not longer than the
  ;; other. Up to 80 bytes past $end are read.
  (func (export "find")
    (param $word i32) (param $length i32) (param $other i32) (param $otherLength i32) (param $start i32) (param $end i32)
    (result i32)
    (local $first v128) (local $fourth v128) (local $seventh v128)
    (local $p i32) (local $last i32) (local $bits i32) (local $at i32)
    (local.set $first (i8x16.splat (i32.load8_u (local.get $word))))
    (local.set $fourth (i8x16.splat (i32.load8_u offset=3 (local.get $word))))
    (local.set $seventh (i8x16.splat (i32.load8_u offset=6 (local.get $word))))
    (local.set $p (local.get $start))
    ;; The last position at which the shorter word fits.
    (local.set $last (i32.sub (local.get $end) (local.get $length)))
    (block $done
      (loop $more
        (br_if $done (i32.gt_s (local.get $p) (local.get $last)))
        ;; Written out four times and once more: V8 does not inline calls.
        (if (v128.any_true
              (v128.or
                (v128.or
                (v128.and
                  (v128.and
                    (i8x16.eq (v128.load (local.get $p)) (local.get $first))
                    (i8x16.eq (v128.load offset=3 (local.get $p)) (local.get $fourth)))
                  (i8x16.eq (v128.load offset=6 (local.get $p)) (local.get $seventh)))
                (v128.and
                  (v128.and
                    (i8x16.eq (v128.load offset=16 (local.get $p)) (local.get $first))
                    (i8x16.eq (v128.load offset=19 (local.get $p)) (local.get $fourth)))
                  (i8x16.eq (v128.load offset=22 (local.get $p)) (local.get $seventh))))
                (v128.or
                (v128.and
                  (v128.and
                    (i8x16.eq (v128.load offset=32 (local.get $p)) (local.get $first))
                    (i8x16.eq (v128.load offset=35 (local.get $p)) (local.get $fourth)))
                  (i8x16.eq (v128.load offset=38 (local.get $p)) (local.get $seventh)))
                (v128.and
                  (v128.and
                    (i8x16.eq (v128.load offset=48 (local.get $p)) (local.get $first))
                    (i8x16.eq (v128.load offset=51 (local.get $p)) (local.get $fourth)))
                  (i8x16.eq (v128.load offset=54 (local.get $p)) (local.get $seventh))))))
          (then
            ;; Some of these 64 match. Check the first 16 one by one:
            (local.set $bits
              (i8x16.bitmask
                (v128.and
                  (v128.and
                    (i8x16.eq (v128.load (local.get $p)) (local.get $first))
                    (i8x16.eq (v128.load offset=3 (local.get $p)) (local.get $fourth)))
                  (i8x16.eq (v128.load offset=6 (local.get $p)) (local.get $seventh)))))
            (block $none
              (loop $candidate
                (br_if $none (i32.eqz (local.get $bits)))
                (local.set $at (i32.add (local.get $p) (i32.ctz (local.get $bits))))
                (br_if $done (i32.gt_s (local.get $at) (local.get $last)))
                (if (i32.or
                      (call $same (local.get $word) (local.get $length) (local.get $at) (local.get $end))
                      (call $same (local.get $other) (local.get $otherLength) (local.get $at) (local.get $end)))
                  (then (return (local.get $at))))
                (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
                (br $candidate)))
            (local.set $p (i32.add (local.get $p) (i32.const 16))))
          (else (local.set $p (i32.add (local.get $p) (i32.const 64)))))
        (br $more)))
    (i32.const -1)))
