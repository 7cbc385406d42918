;; Lines of new stacks that consist of known parts. Most do: the function is in another stack, or the file is, with a different line number.
;; Part of walk.wat.
;;
;; `know` is called for each plain line that TypeScript has read and added (line-fast.ts). $texts is a hash table of these lines, by the bytes
;; with which they begin: for a function or creator the literal part, for a file all up to its colon. If two begin alike, the first one is in
;; the table.

  ;; Like StackBody.lineFast: adds the line at $pos below $line, which has no children, if its function or file is known. Returns the new line; 0:
  ;; TypeScript has to read it.
  (func $add_line (param $line i32) (param $pos i32) (param $end i32) (result i32)
    (local $row i32) (local $cold i32) (local $kind i32) (local $p i32) (local $known i32) (local $length i32)
    (local $shape i32) (local $from i32) (local $colon i32)
    (local.set $row (i32.add (global.get $hot) (i32.shl (local.get $line) (i32.const 4))))
    (local.set $cold (i32.add (global.get $cold) (i32.shl (local.get $line) (i32.const 5))))
    (local.set $kind (i32.and (i32.load offset=4 (local.get $row)) (i32.const 7)))
    (block $no
      (br_if $no (i32.load offset=4 (local.get $cold)))
      (br_if $no (i32.ge_u (i32.shr_u (i32.load offset=16 (local.get $cold)) (i32.const 1)) (i32.load offset=40 (i32.const 0))))
      (br_if $no (i32.ge_u (i32.load offset=32 (i32.const 0)) (global.get $mask)))
      ;; Lines longer than 16 KiB are not read.
      (br_if $no (i32.gt_u (i32.add (i32.load offset=36 (i32.const 0)) (i32.const 16384)) (global.get $arena_bytes)))
      (if (i32.eq (i32.load8_u (local.get $pos)) (i32.const 9))
        (then
          ;; The file line of a function or creator.
          (br_if $no (i32.and (i32.ne (local.get $kind) (i32.const 1)) (i32.ne (local.get $kind) (i32.const 3))))
          (local.set $p (call $find (local.get $pos) (local.get $end) (i32.const 0x3a)))
          (br_if $no (i32.ge_u (local.get $p) (local.get $end)))
          (local.set $length (i32.add (i32.sub (local.get $p) (local.get $pos)) (i32.const 1)))
          (local.set $known (i32.load (call $text (local.get $pos) (local.get $length))))
          (br_if $no (i32.eqz (local.get $known)))
          (local.set $colon (local.get $p))
          (local.set $p (call $digits (i32.add (local.get $p) (i32.const 1)) (i32.const 0)))
          (br_if $no (i32.eq (local.get $p) (i32.add (local.get $colon) (i32.const 1))))
          (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 32))
            (then
              (br_if $no (i32.ne (i32.load (local.get $p)) (i32.const 0x78302b20))) ;; _+0x
              (local.set $from (i32.add (local.get $p) (i32.const 4)))
              (local.set $p (call $digits (local.get $from) (i32.const 1)))
              (br_if $no (i32.eq (local.get $p) (local.get $from)))
              (local.set $kind (i32.const 0)))
            (else
              ;; .go, and absolute
              (br_if $no (i32.ne (i32.shr_u (i32.load (i32.sub (local.get $colon) (i32.const 4))) (i32.const 8)) (i32.const 0x6f672e)))
              (br_if $no (i32.ne (i32.load8_u offset=1 (local.get $pos)) (i32.const 0x2f)))))
          (local.set $length (i32.sub (local.get $p) (local.get $pos)))
          (local.set $shape (i32.or (i32.shl (local.get $length) (i32.const 6)) (i32.const 2)))
          (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 13))
            (then (local.set $p (i32.add (local.get $p) (i32.const 1)))))
          (br_if $no (i32.ge_u (local.get $p) (local.get $end)))
          (br_if $no (i32.ne (i32.load8_u (local.get $p)) (i32.const 10)))
          (br_if $no (i32.gt_u (local.get $length) (i32.const 16384)))
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          ;; A line without an offset may be a log line before the one with an offset.
          (if (local.get $kind)
            (then
              (br_if $no (i32.ge_u (local.get $p) (local.get $end)))
              (br_if $no (call $is_indent (local.get $p)))))
          (global.set $from (local.get $pos))
          (global.set $after (local.get $p)))
        (else
          ;; A function or creator, after the file line of a function, except that of main.main, where a stack may end.
          (br_if $no (i32.ne (local.get $kind) (i32.const 2)))
          (local.set $row (i32.add (global.get $hot) (i32.shl (i32.load (local.get $cold)) (i32.const 4))))
          (br_if $no (i32.ne (i32.and (i32.load offset=4 (local.get $row)) (i32.const 7)) (i32.const 1)))
          (local.set $known (i32.add (global.get $arena) (i32.load (local.get $row))))
          (if (i64.eq (i64.load (local.get $known)) (i64.const 0x69616d2e6e69616d)) ;; main.mai
            (then (br_if $no (i32.eq (i32.load16_u offset=8 (local.get $known)) (i32.const 0x286e))))) ;; n(
          ;; The file line after it proves that it is one.
          (local.set $p (call $find (local.get $pos) (local.get $end) (i32.const 10)))
          (br_if $no (i32.ge_u (i32.add (local.get $p) (i32.const 1)) (local.get $end)))
          (br_if $no (i32.eqz (call $is_indent (i32.add (local.get $p) (i32.const 1)))))
          (br_if $no (i32.gt_u (i32.sub (local.get $p) (local.get $pos)) (i32.const 16384)))
          (local.set $length (call $literal_length (local.get $pos) (local.get $end)))
          (br_if $no (i32.lt_u (local.get $length) (i32.const 4)))
          (local.set $known (i32.load (call $text (local.get $pos) (local.get $length))))
          (br_if $no (i32.eqz (local.get $known)))
          (br_if $no (i32.eqz (call $match (local.get $known) (local.get $pos) (local.get $end) (i32.const 0))))
          (local.set $shape (i32.load offset=4 (i32.add (global.get $hot) (i32.shl (local.get $known) (i32.const 4)))))))
      (i32.store
        (i32.add (global.get $numbers) (i32.shl (i32.load offset=32 (i32.const 0)) (i32.const 2)))
        (i32.load (i32.add (global.get $numbers) (i32.shl (local.get $known) (i32.const 2)))))
      (return (call $append (local.get $line) (local.get $pos) (local.get $length) (local.get $shape))))
    (i32.const 0))

  ;; $line is a function, creator or file line that is as plain as line-fast.ts requires: similar lines may be added here.
  (func (export "know") (param $line i32)
    (local $row i32) (local $p i32) (local $length i32) (local $at i32)
    (if (i32.gt_u (i32.shl (i32.load offset=44 (i32.const 0)) (i32.const 1)) (global.get $mask)) (then (return)))
    (local.set $row (i32.add (global.get $hot) (i32.shl (local.get $line) (i32.const 4))))
    (local.set $p (i32.add (global.get $arena) (i32.load (local.get $row))))
    (local.set $length (i32.shr_u (i32.load offset=4 (local.get $row)) (i32.const 6)))
    (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 9))
      (then
        (loop $more
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $more (i32.ne (i32.load8_u (i32.add (local.get $p) (local.get $at))) (i32.const 0x3a))))
        (local.set $length (i32.add (local.get $at) (i32.const 1)))))
    (local.set $at (call $text (local.get $p) (local.get $length)))
    (if (i32.eqz (i32.load (local.get $at)))
      (then
        (i32.store (local.get $at) (local.get $line))
        (i32.store offset=44 (i32.const 0) (i32.add (i32.load offset=44 (i32.const 0)) (i32.const 1))))))

  ;; Address in $texts of the entry for the $length bytes at $p, or of the free entry for it. The bytes are the start of a file line up to the
  ;; colon, or a whole literal part.
  (func $text (param $p i32) (param $length i32) (result i32)
    (local $slot i32) (local $at i32) (local $row i32) (local $own i32) (local $known i32) (local $i i32)
    (local.set $slot (call $hash_text (local.get $p) (local.get $length)))
    (loop $next
      (local.set $slot (i32.and (local.get $slot) (global.get $mask)))
      (local.set $at (i32.add (global.get $texts) (i32.shl (local.get $slot) (i32.const 2))))
      (local.set $row (i32.load (local.get $at)))
      (if (i32.eqz (local.get $row)) (then (return (local.get $at))))
      (local.set $row (i32.add (global.get $hot) (i32.shl (local.get $row) (i32.const 4))))
      (local.set $own (i32.shr_u (i32.load offset=4 (local.get $row)) (i32.const 6)))
      (local.set $known (i32.add (global.get $arena) (i32.load (local.get $row))))
      (block $not
        (br_if $not (i32.lt_u (local.get $own) (local.get $length)))
        (br_if $not
          (i32.and
            (i32.ne (local.get $own) (local.get $length))
            (i32.ne (i32.load8_u (local.get $known)) (i32.const 9))))
        (local.set $i (i32.const 0))
        (loop $more
          (if (i32.le_u (i32.add (local.get $i) (i32.const 8)) (local.get $length))
            (then
              (br_if $not
                (i64.ne
                  (i64.load (i32.add (local.get $p) (local.get $i)))
                  (i64.load (i32.add (local.get $known) (local.get $i)))))
              (local.set $i (i32.add (local.get $i) (i32.const 8)))
              (br $more)))
          (if (i32.lt_u (local.get $i) (local.get $length))
            (then
              (br_if $not
                (i32.ne
                  (i32.load8_u (i32.add (local.get $p) (local.get $i)))
                  (i32.load8_u (i32.add (local.get $known) (local.get $i)))))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br $more))))
        (return (local.get $at)))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; Hash of four bytes or more, eight at a time; unlike $hash, it need not agree with TypeScript.
  (func $hash_text (param $p i32) (param $length i32) (result i32)
    (local $hash i64) (local $last i32)
    (if (i32.lt_u (local.get $length) (i32.const 8)) (then (return (call $hash (local.get $p) (local.get $length)))))
    (local.set $last (i32.sub (i32.add (local.get $p) (local.get $length)) (i32.const 8)))
    (local.set $hash (call $mix_text (i64.extend_i32_u (local.get $length)) (i64.load (local.get $last))))
    (block $over
      (loop $more
        (br_if $over (i32.ge_u (local.get $p) (local.get $last)))
        (local.set $hash (call $mix_text (local.get $hash) (i64.load (local.get $p))))
        (local.set $p (i32.add (local.get $p) (i32.const 8)))
        (br $more)))
    (i32.wrap_i64 (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 16)))))

  (func $mix_text (param $hash i64) (param $word i64) (result i64)
    (local.set $hash
      (i64.mul
        (i64.xor (local.get $hash) (local.get $word))
        (i64.or (i64.shl (i64.extend_i32_u (global.get $multiplier)) (i64.const 32)) (i64.const 0x9e3779b1))))
    (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 32))))

  ;; Address of the first $byte at or after $pos; $end or more: there is none before $end.
  (func $find (param $pos i32) (param $end i32) (param $byte i32) (result i32)
    (local $found i32)
    (block $over
      (loop $more
        (br_if $over (i32.ge_u (local.get $pos) (local.get $end)))
        (local.set $found
          (i8x16.bitmask (i8x16.eq (v128.load (local.get $pos)) (i8x16.splat (local.get $byte)))))
        (if (local.get $found) (then (return (i32.add (local.get $pos) (i32.ctz (local.get $found))))))
        (local.set $pos (i32.add (local.get $pos) (i32.const 16)))
        (br $more)))
    (local.get $end))

  ;; Address after the digits; $hex: hexadecimal ones.
  (func $digits (param $p i32) (param $hex i32) (result i32)
    (local $c i32)
    (loop $more
      (local.set $c (i32.load8_u (local.get $p)))
      (if (i32.or
            (i32.lt_u (i32.sub (local.get $c) (i32.const 0x30)) (i32.const 10))
            (i32.and (local.get $hex) (i32.lt_u (i32.sub (local.get $c) (i32.const 0x61)) (i32.const 6))))
        (then
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (br $more))))
    (local.get $p))

  (func $is_indent (param $p i32) (result i32)
    (i32.or
      (i32.eq (i32.load8_u (local.get $p)) (i32.const 9))
      (i32.eq (i32.load8_u (local.get $p)) (i32.const 32))))

  ;; Like LineTable.append, for a line without children: adds its only child, with the literal part of $length bytes at $pos.
  (func $append (param $line i32) (param $pos i32) (param $length i32) (param $shape i32) (result i32)
    (local $child i32) (local $at i32) (local $row i32) (local $above i32) (local $i i32)
    (local.set $child (i32.load offset=32 (i32.const 0)))
    (local.set $at (i32.load offset=36 (i32.const 0)))
    (i32.store offset=32 (i32.const 0) (i32.add (local.get $child) (i32.const 1)))
    (i32.store offset=36 (i32.const 0) (i32.add (local.get $at) (local.get $length)))
    ;; Sixteen bytes at a time: there is room for more than the line.
    (loop $more
      (v128.store
        (i32.add (i32.add (global.get $arena) (local.get $at)) (local.get $i))
        (v128.load (i32.add (local.get $pos) (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 16)))
      (br_if $more (i32.lt_u (local.get $i) (local.get $length))))
    (local.set $row (i32.add (global.get $hot) (i32.shl (local.get $child) (i32.const 4))))
    (i32.store (local.get $row) (local.get $at))
    (i32.store offset=4 (local.get $row) (local.get $shape))
    (i32.store offset=8 (local.get $row)
      (i32.load (i32.sub (i32.add (local.get $pos) (local.get $length)) (i32.const 4))))
    (i32.store offset=12 (local.get $row) (i32.const 0))
    (i32.store offset=12 (i32.add (global.get $hot) (i32.shl (local.get $line) (i32.const 4))) (local.get $child))
    (local.set $above (i32.add (global.get $cold) (i32.shl (local.get $line) (i32.const 5))))
    (i32.store offset=4 (local.get $above) (local.get $child))
    (i32.store offset=8 (local.get $above) (local.get $child))
    (local.set $row (i32.add (global.get $cold) (i32.shl (local.get $child) (i32.const 5))))
    (i32.store (local.get $row) (local.get $line))
    (i64.store offset=4 (local.get $row) (i64.const 0))
    (i32.store offset=12 (local.get $row) (i32.const 0))
    (i32.store offset=16 (local.get $row)
      (i32.add (i32.and (i32.load offset=16 (local.get $above)) (i32.const -2)) (i32.const 2)))
    (i64.store offset=20 (local.get $row) (i64.const 0))
    (i32.store offset=28 (local.get $row) (i32.const 0))
    (local.get $child))
