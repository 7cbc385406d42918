;; Takes the texts out of lines of one shape: what comes before and after the text is the same in each, except for some digits. bare-lines.ts puts
;; the lines and their shape into the memory and reads the texts; they are what the carrier would read line by line, and the tests compare the two.
;;
;; A part of the shape, before the text or after it, is three rows of 528 bytes: its bytes; ones where any digit may be; ones up to its length,
;; which mark its end. After the lines come 64 bytes of zero, which end every search.
(module
  (memory (export "memory") 1)

  (global $head i32 (i32.const 64))
  (global $tail i32 (i32.const 2048))
  ;; The row of a line: where the line begins; where its text begins.
  (global $rows i32 (i32.const 4096))
  (global $end_of_rows i32 (i32.const 36864)) ;; 4096 of 8 bytes each

  ;; What is returned; the two parts; the rows; the lines with what is read past their end; the texts (scripts/checked-wat.mjs):
  ;; region write (i32.const 0) (i32.const 8)
  ;; region read (global.get $head) (i32.const 1648)
  ;; region read (global.get $tail) (i32.const 3632)
  ;; region write (global.get $rows) (global.get $end_of_rows)
  ;; region read (global.get $end_of_rows) (i32.const 102464)
  ;; region write (i32.const 102464) (i32.const 168064)

  ;; Where this part of the shape, $length bytes, which begins at $pos, ends; 0 if it is not there. A fraction may have more or fewer digits.
  (func $end_of_part (param $pos i32) (param $part i32) (param $length i32) (result i32)
    (local $i i32) (local $bytes v128) (local $other v128)
    (loop $more
      (if (i32.ge_u (local.get $i) (local.get $length)) (then (return (i32.add (local.get $pos) (local.get $length)))))
      (local.set $bytes (v128.load (i32.add (local.get $pos) (local.get $i))))
      (local.set $other
        (v128.and
          (v128.xor (local.get $bytes) (v128.load (i32.add (local.get $part) (local.get $i))))
          (v128.load offset=1056 (i32.add (local.get $part) (local.get $i)))))
      (if (v128.any_true (local.get $other))
        (then
          (if (v128.any_true
                (v128.andnot
                  (local.get $other)
                  (v128.and
                    (v128.load offset=528 (i32.add (local.get $part) (local.get $i)))
                    (i8x16.lt_u
                      (i8x16.sub (local.get $bytes) (i8x16.splat (i32.const 0x30)))
                      (i8x16.splat (i32.const 10))))))
            (then (return (call $end_of_other (local.get $pos) (local.get $part) (local.get $length)))))))
      (local.set $i (i32.add (local.get $i) (i32.const 16)))
      (br $more))
    (unreachable))

  ;; The same, byte by byte, as Go writes times: without the zeros at the end of a fraction.
  (func $end_of_other (param $pos i32) (param $part i32) (param $length i32) (result i32)
    (local $end i32) (local $digits i32) (local $fraction i32)
    (local.set $end (i32.add (local.get $part) (local.get $length)))
    (loop $more
      (if (i32.ge_u (local.get $part) (local.get $end)) (then (return (local.get $pos))))
      (if (i32.load8_u offset=528 (local.get $part))
        (then
          (local.set $digits (i32.const 0))
          (loop $digit
            (local.set $digits (i32.sub (local.get $digits) (i32.const 1)))
            (local.set $part (i32.add (local.get $part) (i32.const 1)))
            (br_if $digit (i32.load8_u offset=528 (local.get $part))))
          ;; Leaves in $digits how many more or fewer digits there are.
          (local.set $fraction (i32.const 0))
          (loop $digit
            (if (i32.lt_u (i32.sub (i32.load8_u (local.get $pos)) (i32.const 0x30)) (i32.const 10))
              (then
                (local.set $digits (i32.add (local.get $digits) (i32.const 1)))
                (local.set $fraction (i32.add (local.get $fraction) (i32.const 1)))
                (local.set $pos (i32.add (local.get $pos) (i32.const 1)))
                (br $digit))))
          (if (local.get $digits)
            (then
              (if (i32.ge_u (i32.sub (local.get $fraction) (i32.const 1)) (i32.const 9)) (then (return (i32.const 0))))
              (if (i32.ne
                    (i32.load8_u (i32.sub (i32.sub (local.get $pos) (local.get $fraction)) (i32.const 1)))
                    (i32.const 0x2e))
                (then (return (i32.const 0)))))))
        (else
          (if (i32.ne (i32.load8_u (local.get $pos)) (i32.load8_u (local.get $part))) (then (return (i32.const 0))))
          (local.set $pos (i32.add (local.get $pos) (i32.const 1)))
          (local.set $part (i32.add (local.get $part) (i32.const 1)))))
      (br $more))
    (unreachable))

  ;; Takes the lines from $pos on, up to the first that has another shape or is not complete before $end, and writes their texts to $to, each with a
  ;; line feed. $head_length, $tail_length: lengths of the parts. $escapes, 1: the text is a string of JSON without its quotes; of its escapes only
  ;; `\t`, `\"`, `\\`, `\/` and a `\n` at its end are read. 2: of control characters written in octal digits only TAB, `#011`, is read, and no text
  ;; that begins with a blank or a byte order mark. A text has at most $most bytes. Returns the number of lines; stores where the line after them
  ;; begins at 0, and where their texts end at 4.
  (func (export "strip")
    (param $pos i32) (param $end i32) (param $to i32) (param $head_length i32) (param $tail_length i32) (param $escapes i32) (param $most i32)
    (result i32)
    (local $row i32) (local $p i32) (local $q i32) (local $bits i32) (local $c i32) (local $sign i32) (local $bytes v128)
    (local.set $row (global.get $rows))
    ;; What a text is searched for, besides its end.
    (local.set $sign (select (i32.const 0x23) (i32.const 10) (i32.eq (local.get $escapes) (i32.const 2))))
    (block $over
      (loop $line
        (br_if $over (i32.ge_u (local.get $pos) (local.get $end)))
        (br_if $over (i32.ge_u (local.get $row) (global.get $end_of_rows)))
        (local.set $p (call $end_of_part (local.get $pos) (global.get $head) (local.get $head_length)))
        (br_if $over (i32.eqz (local.get $p)))
        (local.set $q (local.get $to))
        (if (i32.eq (local.get $escapes) (i32.const 1))
          (then
            (block $quote
              (loop $more
                (br_if $over (i32.ge_u (local.get $p) (local.get $end)))
                (local.set $bytes (v128.load (local.get $p)))
                (v128.store (local.get $q) (local.get $bytes))
                (local.set $bits
                  (i8x16.bitmask
                    (v128.or
                      (v128.or
                        (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))
                        (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c))))
                      (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 10))))))
                (if (i32.eqz (local.get $bits))
                  (then
                    (local.set $p (i32.add (local.get $p) (i32.const 16)))
                    (local.set $q (i32.add (local.get $q) (i32.const 16)))
                    (br $more)))
                (local.set $p (i32.add (local.get $p) (i32.ctz (local.get $bits))))
                (local.set $q (i32.add (local.get $q) (i32.ctz (local.get $bits))))
                (local.set $c (i32.load8_u (local.get $p)))
                (br_if $quote (i32.eq (local.get $c) (i32.const 0x22)))
                (br_if $over (i32.eq (local.get $c) (i32.const 10)))
                (local.set $c (i32.load8_u offset=1 (local.get $p)))
                (local.set $p (i32.add (local.get $p) (i32.const 2)))
                (if (i32.eq (local.get $c) (i32.const 0x6e)) ;; n
                  (then
                    (br_if $over (i32.ne (i32.load8_u (local.get $p)) (i32.const 0x22)))
                    (br $quote)))
                (if (i32.eq (local.get $c) (i32.const 0x74)) ;; t
                  (then (local.set $c (i32.const 9)))
                  (else
                    (br_if $over
                      (i32.eqz
                        (i32.or
                          (i32.or
                            (i32.eq (local.get $c) (i32.const 0x22))
                            (i32.eq (local.get $c) (i32.const 0x5c)))
                          (i32.eq (local.get $c) (i32.const 0x2f)))))))
                (i32.store8 (local.get $q) (local.get $c))
                (local.set $q (i32.add (local.get $q) (i32.const 1)))
                (br $more)))
            (local.set $p (call $end_of_part (local.get $p) (global.get $tail) (local.get $tail_length)))
            (br_if $over (i32.eqz (local.get $p)))
            (br_if $over (i32.gt_u (local.get $p) (local.get $end))))
          (else
            (if (local.get $escapes)
              (then
                (local.set $c (i32.load8_u (local.get $p)))
                (br_if $over
                  (i32.or (i32.eq (local.get $c) (i32.const 0x20)) (i32.eq (local.get $c) (i32.const 0xef))))))
            (block $feed
              (loop $more
                (br_if $over (i32.ge_u (local.get $p) (local.get $end)))
                (local.set $bytes (v128.load (local.get $p)))
                (v128.store (local.get $q) (local.get $bytes))
                (local.set $bits
                  (i8x16.bitmask
                    (v128.or
                      (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 10)))
                      (i8x16.eq (local.get $bytes) (i8x16.splat (local.get $sign))))))
                (if (i32.eqz (local.get $bits))
                  (then
                    (local.set $p (i32.add (local.get $p) (i32.const 16)))
                    (local.set $q (i32.add (local.get $q) (i32.const 16)))
                    (br $more)))
                (local.set $p (i32.add (local.get $p) (i32.ctz (local.get $bits))))
                (local.set $q (i32.add (local.get $q) (i32.ctz (local.get $bits))))
                (br_if $feed (i32.eq (i32.load8_u (local.get $p)) (i32.const 10)))
                (if (i32.eq (i32.load (local.get $p)) (i32.const 0x31313023)) ;; #011
                  (then
                    (i32.store8 (local.get $q) (i32.const 9))
                    (local.set $p (i32.add (local.get $p) (i32.const 3))))
                  (else
                    (br_if $over
                      (i32.eq (i32.or (i32.load8_u offset=1 (local.get $p)) (i32.const 1)) (i32.const 0x31)))))
                (local.set $p (i32.add (local.get $p) (i32.const 1)))
                (local.set $q (i32.add (local.get $q) (i32.const 1)))
                (br $more)))
            (local.set $p (i32.add (local.get $p) (i32.const 1)))
            (br_if $over (i32.gt_u (local.get $p) (local.get $end)))))
        (br_if $over (i32.gt_u (i32.sub (local.get $q) (local.get $to)) (local.get $most)))
        (i32.store (local.get $row) (local.get $pos))
        (i32.store offset=4 (local.get $row) (local.get $to))
        (local.set $row (i32.add (local.get $row) (i32.const 8)))
        (i32.store8 (local.get $q) (i32.const 10))
        (local.set $to (i32.add (local.get $q) (i32.const 1)))
        (local.set $pos (local.get $p))
        (br $line)))
    (i32.store (i32.const 0) (local.get $pos))
    (i32.store offset=4 (i32.const 0) (local.get $to))
    (i32.shr_u (i32.sub (local.get $row) (global.get $rows)) (i32.const 3))))
