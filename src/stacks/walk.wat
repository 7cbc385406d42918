;; The walk down the tree of known stacks (stack-tree.ts): as far as lines are known, it is a comparison of bytes, 16 at a time. The tables of
;; the tree are in this memory, and TypeScript reads and writes the same bytes: line-table.ts says what a row is. walk.ts puts the lines
;; in here and takes the results. What is written here is in stack-tree.ts, too, and the tests hold one to the other: nothing is
;; known here that is not known there.
;;
;; A row of $hot: where the literal part of the line is in $arena; length << 6 | tail << 3 | kind; its last four bytes; the child that matched last.
;; A row of $cold: the line above; its first child; its last child; the next child of the same line; depth << 1 | are the children hashed?;
;; the next line in the same bucket; the key by which it is in one; the dump that last had a goroutine that ended here.
;; In $numbers, of each line: its name, or its path, among all texts, for stack.ts.
;;
;; Beyond the walk, `run` takes whole goroutines: while the stack that was walked is one that the dump has, and an empty line and a plain header
;; come behind it, it notes a row and walks on from the root. fast-lane.ts takes the rows, in order, and counts; it may refuse one, and then nothing
;; of what came after it holds.
;;
;; Most lines of a new stack are known from elsewhere: the function, or the file and not the place in it. `run` adds these itself, below a line that
;; has nothing below it. Which functions and files are known, by the bytes that a line begins with, `know` has been told.
;;
;; Behind the lines stand 64 bytes of zero, which end whatever is looked for.
(module
  (memory (export "memory") 1)

  (global $hot (mut i32) (i32.const 0))
  (global $cold (mut i32) (i32.const 0))
  (global $buckets (mut i32) (i32.const 0))
  (global $mask (mut i32) (i32.const 0))
  (global $numbers (mut i32) (i32.const 0))
  (global $texts (mut i32) (i32.const 0))
  (global $arena (mut i32) (i32.const 0))
  (global $arena_bytes (mut i32) (i32.const 0))
  (global $multiplier (mut i32) (i32.const 0))

  ;; What was matched last: where that line begins, and where the line after it begins.
  (global $from (mut i32) (i32.const 0))
  (global $after (mut i32) (i32.const 0))

  ;; At 0, for whoever called: $from, $after, the number of calls whose arguments are of interest, where these are, the goroutine that was
  ;; named as the parent (f64; -1 for none), the line that was walked to, the number of rows. From 32 on: how many lines there are, how many bytes
  ;; of the arena they have, the depth from which on none is added, how many texts are known.
  ;; At 512: 1 for each byte that may stand among registers. At 768: 32 bytes of ones and 32 of zeroes. At 1024: 64 states, of 32 bytes each.
  ;; From 3072 on the calls: place << 1 | is it one to wait in?. From 19456 on the rows.
  (global $register i32 (i32.const 512))
  (global $ones i32 (i32.const 768))
  (global $states i32 (i32.const 1024))
  (global $first_call i32 (i32.const 3072))
  (global $last_call i32 (i32.const 19200)) ;; behind it, room for those of one more goroutine
  (global $most_calls i32 (i32.const 64))
  (global $rows i32 (i32.const 19456)) ;; 1024 of 40 bytes each
  ;; From 60416 on the lines, 64 KiB at most; behind the zeroes the tables. The checked build (scripts/checked-wat.mjs) holds each access to:
  ;; region write (i32.const 0) (i32.const 48)
  ;; region read (global.get $register) (i32.const 832)
  ;; region write (global.get $states) (global.get $first_call)
  ;; region write (global.get $first_call) (global.get $rows)
  ;; region write (global.get $rows) (i32.const 60416)
  ;; region read (i32.const 60416) (i32.const 126016)
  ;; region write (global.get $hot) (global.get $cold)
  ;; region write (global.get $cold) (global.get $buckets)
  ;; region read (global.get $buckets) (global.get $numbers)
  ;; region write (global.get $numbers) (global.get $texts)
  ;; region write (global.get $texts) (global.get $arena)
  ;; region write (global.get $arena) (i32.shl (memory.size) (i32.const 16))

  ;; The calls of the goroutine that is walked.
  (global $calls (mut i32) (i32.const 3072))

  ;; What the last header says: its id; its state, and its minutes and one, 0 for none.
  (global $id (mut f64) (f64.const 0))
  (global $info (mut i32) (i32.const 0))

  (func (export "init")
    (param $h i32) (param $c i32) (param $b i32) (param $m i32) (param $u i32) (param $t i32) (param $a i32) (param $n i32) (param $x i32)
    (global.set $hot (local.get $h))
    (global.set $cold (local.get $c))
    (global.set $buckets (local.get $b))
    (global.set $mask (local.get $m))
    (global.set $numbers (local.get $u))
    (global.set $texts (local.get $t))
    (global.set $arena (local.get $a))
    (global.set $arena_bytes (local.get $n))
    (global.set $multiplier (local.get $x)))

  ;; Is the line at $pos this one? $on: and are those after it the ones that followed last? Returns the last that is; 0 for none.
  (func $match (param $line i32) (param $pos i32) (param $end i32) (param $on i32) (result i32)
    (local $matched i32) (local $row i32) (local $shape i32) (local $known i32) (local $length i32) (local $stop i32)
    (local $i i32) (local $last i32) (local $p i32) (local $c i32) (local $tail i32) (local $call i32) (local $calls i32)
    (local $from i32) (local $bytes v128) (local $parent f64)
    (local.set $from (local.get $pos))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $line)))
        (local.set $row (i32.add (global.get $hot) (i32.shl (local.get $line) (i32.const 4))))
        (local.set $shape (i32.load offset=4 (local.get $row)))
        (local.set $length (i32.shr_u (local.get $shape) (i32.const 6)))
        (local.set $stop (i32.add (local.get $pos) (local.get $length)))
        (br_if $done (i32.ge_u (local.get $stop) (local.get $end)))
        (local.set $known (i32.add (global.get $arena) (i32.load (local.get $row))))
        ;; The literal part, of which the end mostly tells lines apart.
        (local.set $i (i32.const 0))
        (if (i32.ge_u (local.get $length) (i32.const 16))
          (then
            (local.set $last (i32.sub (local.get $length) (i32.const 16)))
            (local.set $bytes
              (v128.xor
                (v128.load (i32.add (local.get $pos) (local.get $last)))
                (v128.load (i32.add (local.get $known) (local.get $last)))))
            (br_if $done (v128.any_true (local.get $bytes)))
            ;; Two at a time, and what differs is looked for once: nearly always nothing does. The last two may reach into what was compared.
            (if (i32.gt_u (local.get $last) (i32.const 16))
              (then
                (local.set $last (i32.sub (local.get $last) (i32.const 16)))
                (loop $more
                  (local.set $p (i32.add (local.get $pos) (local.get $i)))
                  (local.set $c (i32.add (local.get $known) (local.get $i)))
                  (local.set $bytes
                    (v128.or
                      (local.get $bytes)
                      (v128.or
                        (v128.xor (v128.load (local.get $p)) (v128.load (local.get $c)))
                        (v128.xor (v128.load offset=16 (local.get $p)) (v128.load offset=16 (local.get $c))))))
                  (local.set $i (i32.add (local.get $i) (i32.const 32)))
                  (br_if $more (i32.lt_u (local.get $i) (local.get $last))))
                (local.set $i (local.get $last))))
            (br_if $done
              (v128.any_true
                (v128.or
                  (local.get $bytes)
                  (v128.xor
                    (v128.load (i32.add (local.get $pos) (local.get $i)))
                    (v128.load (i32.add (local.get $known) (local.get $i))))))))
          (else
            (block $same
              (loop $more
                (br_if $same (i32.ge_u (local.get $i) (local.get $length)))
                (br_if $done
                  (i32.ne
                    (i32.load8_u (i32.add (local.get $pos) (local.get $i)))
                    (i32.load8_u (i32.add (local.get $known) (local.get $i)))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $more)))))
        ;; What varies from goroutine to goroutine.
        (local.set $p (local.get $stop))
        (local.set $c (i32.load8_u (local.get $p)))
        (local.set $call (i32.const 0))
        (local.set $tail (i32.and (i32.shr_u (local.get $shape) (i32.const 3)) (i32.const 7)))
        (block $read
          (br_if $read (i32.eqz (local.get $tail)))
          (if (i32.or (i32.eq (local.get $tail) (i32.const 1)) (i32.ge_u (local.get $tail) (i32.const 5)))
            (then
              ;; 1, 5, 6: arguments, `0123456789abcdefx?,{}._ ` and then `)`. Two tables, by the low and the high half of a byte: it is one of them
              ;; if the two have a bit in common. 1 is for 2x (space, comma, dot), 2 for 3x, 4 for 5x, 8 for 6x, 16 for 7x.
              (loop $more
                (local.set $bytes (v128.load (local.get $p)))
                (local.set $i
                  (i8x16.bitmask
                    (i8x16.eq
                      (v128.and
                        (i8x16.swizzle
                          (v128.const i8x16 3 10 10 10 10 10 10 2 18 2 0 16 1 16 1 6)
                          (v128.and (local.get $bytes) (i8x16.splat (i32.const 15))))
                        (i8x16.swizzle
                          (v128.const i8x16 0 0 1 2 0 4 8 16 0 0 0 0 0 0 0 0)
                          (i8x16.shr_u (local.get $bytes) (i32.const 4))))
                      (v128.const i64x2 0 0))))
                (if (i32.eqz (local.get $i))
                  (then
                    (local.set $p (i32.add (local.get $p) (i32.const 16)))
                    (br $more))))
              (local.set $p (i32.add (local.get $p) (i32.ctz (local.get $i))))
              (br_if $done (i32.ne (i32.load8_u (local.get $p)) (i32.const 0x29)))
              (if (i32.ge_u (local.get $tail) (i32.const 5))
                (then
                  (local.set $call
                    (i32.or (i32.shl (local.get $stop) (i32.const 1)) (i32.eq (local.get $tail) (i32.const 6))))))
              (local.set $p (i32.add (local.get $p) (i32.const 1)))
              (local.set $c (i32.load8_u (local.get $p)))
              (br $read)))
          (if (i32.eq (local.get $tail) (i32.const 3))
            (then
              ;; The number of the parent.
              (br_if $done (i32.ge_u (i32.sub (local.get $c) (i32.const 0x30)) (i32.const 10)))
              (local.set $parent (f64.const 0))
              (loop $more
                (local.set $parent
                  (f64.add
                    (f64.mul (local.get $parent) (f64.const 10))
                    (f64.convert_i32_u (i32.sub (local.get $c) (i32.const 0x30)))))
                (local.set $p (i32.add (local.get $p) (i32.const 1)))
                (local.set $c (i32.load8_u (local.get $p)))
                (br_if $more (i32.lt_u (i32.sub (local.get $c) (i32.const 0x30)) (i32.const 10))))
              (br $read)))
          (if (i32.eq (local.get $tail) (i32.const 2))
            (then
              ;; Registers.
              (block $over
                (loop $more
                  (br_if $over (i32.eqz (i32.load8_u (i32.add (global.get $register) (local.get $c)))))
                  (local.set $p (i32.add (local.get $p) (i32.const 1)))
                  (local.set $c (i32.load8_u (local.get $p)))
                  (br $more)))
              (br $read)))
          ;; 4: anything, up to the end of the line.
          (loop $more
            (br_if $read (i32.or (i32.eq (local.get $c) (i32.const 10)) (i32.eq (local.get $c) (i32.const 13))))
            (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
            (local.set $p (i32.add (local.get $p) (i32.const 1)))
            (local.set $c (i32.load8_u (local.get $p)))
            (br $more)))
        (if (i32.eq (local.get $c) (i32.const 13))
          (then
            (local.set $p (i32.add (local.get $p) (i32.const 1)))
            (local.set $c (i32.load8_u (local.get $p)))))
        (br_if $done (i32.ne (local.get $c) (i32.const 10)))
        (local.set $matched (local.get $line))
        (if (i32.eq (local.get $tail) (i32.const 3)) (then (f64.store offset=16 (i32.const 0) (local.get $parent))))
        (if (local.get $call)
          (then
            (local.set $calls (i32.load offset=8 (i32.const 0)))
            (if (i32.lt_u (local.get $calls) (global.get $most_calls))
              (then
                (i32.store (i32.add (global.get $calls) (i32.shl (local.get $calls) (i32.const 2))) (local.get $call))
                (i32.store offset=8 (i32.const 0) (i32.add (local.get $calls) (i32.const 1)))))))
        (local.set $from (local.get $pos))
        (local.set $pos (i32.add (local.get $p) (i32.const 1)))
        (br_if $done (i32.or (i32.eqz (local.get $on)) (i32.ge_u (local.get $pos) (local.get $end))))
        (local.set $line (i32.load offset=12 (local.get $row)))
        (br $next)))
    (if (local.get $matched)
      (then
        (global.set $from (local.get $from))
        (global.set $after (local.get $pos))))
    (local.get $matched))

  ;; As `hashLiteral` in hash.ts.
  (func $hash (param $p i32) (param $length i32) (result i32)
    (local $hash i32) (local $last i32)
    (local.set $hash (local.get $length))
    (if (i32.ge_u (local.get $length) (i32.const 4))
      (then
        (local.set $last (i32.sub (i32.add (local.get $p) (local.get $length)) (i32.const 4)))
        (block $over
          (loop $more
            (br_if $over (i32.ge_u (local.get $p) (local.get $last)))
            (local.set $hash (call $mix (local.get $hash) (i32.load (local.get $p))))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br $more)))
        (local.set $hash (call $mix (local.get $hash) (i32.load (local.get $last)))))
      (else
        (local.set $last (i32.add (local.get $p) (local.get $length)))
        (block $over
          (loop $more
            (br_if $over (i32.ge_u (local.get $p) (local.get $last)))
            (local.set $hash (call $mix (local.get $hash) (i32.load8_u (local.get $p))))
            (local.set $p (i32.add (local.get $p) (i32.const 1)))
            (br $more)))))
    (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 16))))

  (func $mix (param $hash i32) (param $word i32) (result i32)
    (local.set $hash (i32.mul (i32.xor (local.get $hash) (local.get $word)) (global.get $multiplier)))
    (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 15))))

  ;; As `literalLength` in hash.ts.
  (func $literal_length (param $pos i32) (param $end i32) (result i32)
    (local $p i32) (local $c i32) (local $found i32) (local $last i32) (local $bytes v128)
    (local.set $c (i32.load8_u (local.get $pos)))
    (block $slow
      (br_if $slow
        (i32.and (i32.eq (local.get $c) (i32.const 0x63)) (i32.eq (i32.load8_u offset=7 (local.get $pos)) (i32.const 32))))
      ;; Behind the last bracket that opens, in a line of no file that ends with one that closes, and has no registers.
      (local.set $p (local.get $pos))
      (block $over
        (loop $more
          (br_if $slow (i32.ge_u (local.get $p) (local.get $end)))
          (local.set $bytes (v128.load (local.get $p)))
          (local.set $found
            (i8x16.bitmask
              (v128.or
                (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x3d)))
                (v128.or
                  (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 10)))
                  (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 13)))))))
          (local.set $last
            (select
              (local.get $last)
              (call $last_open (local.get $p) (local.get $bytes) (local.get $found) (local.get $last))
              (i32.eq (local.get $c) (i32.const 9))))
          (br_if $over (local.get $found))
          (local.set $p (i32.add (local.get $p) (i32.const 16)))
          (br $more)))
      (local.set $p (i32.add (local.get $p) (i32.ctz (local.get $found))))
      (br_if $slow (i32.ge_u (local.get $p) (local.get $end)))
      (br_if $slow (i32.eq (i32.load8_u (local.get $p)) (i32.const 0x3d)))
      (br_if $slow (i32.eq (local.get $c) (i32.const 32)))
      (if (i32.and
            (i32.ne (local.get $last) (i32.const 0))
            (i32.eq (i32.load8_u (i32.sub (local.get $p) (i32.const 1))) (i32.const 0x29)))
        (then (return (i32.sub (local.get $last) (local.get $pos)))))
      (return (i32.sub (local.get $p) (local.get $pos))))
    (call $literal_length_slow (local.get $pos) (local.get $end)))

  ;; Behind the last bracket in $bytes at $p that opens, before the first of $stops; $before: there is none.
  (func $last_open (param $p i32) (param $bytes v128) (param $stops i32) (param $before i32) (result i32)
    (local $found i32)
    (local.set $found
      (i32.and
        (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x28))))
        (i32.sub (i32.and (local.get $stops) (i32.sub (i32.const 0) (local.get $stops))) (i32.const 1))))
    (if (result i32) (local.get $found)
      (then (i32.sub (i32.add (local.get $p) (i32.const 32)) (i32.clz (local.get $found))))
      (else (local.get $before))))

  ;; The same of any line, byte by byte.
  (func $literal_length_slow (param $pos i32) (param $end i32) (result i32)
    (local $first i32) (local $p i32) (local $c i32) (local $spaces i32) (local $name i32) (local $kind i32)
    (local.set $first (i32.load8_u (local.get $pos)))
    ;; 1: a file line; 2: `created by`; 0: a function, or a file line without its TAB.
    (if (i32.or (i32.eq (local.get $first) (i32.const 9)) (i32.eq (local.get $first) (i32.const 32)))
      (then (local.set $kind (i32.const 1))))
    (if (i32.and
          (i32.eq (local.get $first) (i32.const 0x63))
          (i32.eq (i32.load8_u offset=7 (local.get $pos)) (i32.const 32)))
      (then (local.set $kind (i32.const 2))))
    (local.set $p (local.get $pos))
    (block $over
      (loop $more
        (br_if $over (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $c (i32.load8_u (local.get $p)))
        (br_if $over (i32.or (i32.eq (local.get $c) (i32.const 10)) (i32.eq (local.get $c) (i32.const 13))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (if (i32.eq (local.get $kind) (i32.const 2))
          (then
            (br_if $more (i32.ne (local.get $c) (i32.const 32)))
            (local.set $spaces (i32.add (local.get $spaces) (i32.const 1)))
            (br_if $over (i32.eq (local.get $spaces) (i32.const 5)))
            (br $more)))
        (if (i32.eq (local.get $c) (i32.const 0x28))
          (then (local.set $name (i32.sub (local.get $p) (local.get $pos)))))
        (br_if $more (i32.ne (local.get $c) (i32.const 0x3d)))
        ;; ` fp=` or ` pc=`
        (br_if $more (i32.lt_u (i32.sub (local.get $p) (local.get $pos)) (i32.const 4)))
        (br_if $more (i32.ne (i32.load8_u (i32.sub (local.get $p) (i32.const 4))) (i32.const 32)))
        (local.set $c (i32.load8_u (i32.sub (local.get $p) (i32.const 2))))
        (br_if $more
          (i32.and (i32.ne (local.get $c) (i32.const 0x70)) (i32.ne (local.get $c) (i32.const 0x63))))
        (return (i32.sub (local.get $p) (local.get $pos)))))
    (if (i32.and (i32.eqz (local.get $kind)) (i32.ne (local.get $name) (i32.const 0)))
      (then
        (if (i32.eq (i32.load8_u (i32.sub (local.get $p) (i32.const 1))) (i32.const 0x29))
          (then (return (local.get $name))))))
    (i32.sub (local.get $p) (local.get $pos)))

  ;; The child of $line that the line at $pos is, among those beside the one that matched last; 0 for none.
  (func $other (param $line i32) (param $pos i32) (param $end i32) (result i32)
    (local $row i32) (local $recent i32) (local $child i32) (local $key i32) (local $hashed i32) (local $cold i32)
    (local.set $row (i32.add (global.get $cold) (i32.shl (local.get $line) (i32.const 5))))
    (local.set $child (i32.load offset=4 (local.get $row)))
    (if (i32.eq (local.get $child) (i32.load offset=8 (local.get $row))) (then (return (i32.const 0))))
    (local.set $recent
      (i32.load offset=12 (i32.add (global.get $hot) (i32.shl (local.get $line) (i32.const 4)))))
    (local.set $hashed (i32.and (i32.load offset=16 (local.get $row)) (i32.const 1)))
    (if (local.get $hashed)
      (then
        (local.set $key (i32.load8_u (local.get $pos)))
        (local.set $key
          (if (result i32) (i32.or (i32.eq (local.get $key) (i32.const 0x2e)) (i32.eq (local.get $key) (i32.const 0x5b)))
            (then (i32.const 0))
            (else
              (call $hash (local.get $pos) (call $literal_length (local.get $pos) (local.get $end))))))
        (local.set $key (i32.xor (local.get $key) (i32.mul (local.get $line) (i32.const 0x9e3779b1))))
        (local.set $child
          (i32.load
            (i32.add (global.get $buckets) (i32.shl (i32.and (local.get $key) (global.get $mask)) (i32.const 2)))))))
    (block $none
      (loop $more
        (br_if $none (i32.eqz (local.get $child)))
        (local.set $cold (i32.add (global.get $cold) (i32.shl (local.get $child) (i32.const 5))))
        (block $not
          (br_if $not (i32.eq (local.get $child) (local.get $recent)))
          (if (local.get $hashed)
            (then
              (br_if $not (i32.ne (i32.load offset=24 (local.get $cold)) (local.get $key)))
              (br_if $not (i32.ne (i32.load (local.get $cold)) (local.get $line)))))
          (br_if $not
            (i32.eqz
              (call $match (local.get $child) (local.get $pos) (local.get $end) (i32.const 0))))
          (i32.store offset=12
            (i32.add (global.get $hot) (i32.shl (local.get $line) (i32.const 4))) (local.get $child))
          (return (local.get $child)))
        (local.set $child
          (if (result i32) (local.get $hashed)
            (then (i32.load offset=20 (local.get $cold)))
            (else (i32.load offset=12 (local.get $cold)))))
        (br $more)))
    (i32.const 0))

  ;; Goes down from $line as far as the lines in [$pos, $end) are known: returns the last of them, or $line itself.
  (func $walk (param $line i32) (param $pos i32) (param $end i32) (result i32)
    (local $at i32) (local $found i32) (local $recent i32)
    (local.set $at (local.get $line))
    (block $over
      (loop $more
        (br_if $over (i32.ge_u (local.get $pos) (local.get $end)))
        (local.set $recent (i32.load offset=12 (i32.add (global.get $hot) (i32.shl (local.get $at) (i32.const 4)))))
        (br_if $over (i32.eqz (local.get $recent)))
        (local.set $found (call $match (local.get $recent) (local.get $pos) (local.get $end) (i32.const 1)))
        (if (local.get $found)
          (then
            (local.set $at (local.get $found))
            (local.set $pos (global.get $after))
            (br_if $over (i32.ge_u (local.get $pos) (local.get $end)))))
        (local.set $found (call $other (local.get $at) (local.get $pos) (local.get $end)))
        (br_if $over (i32.eqz (local.get $found)))
        (local.set $at (local.get $found))
        (local.set $pos (global.get $after))
        (br $more)))
    (local.get $at))

  ;; Where the first $byte is, at $pos or behind it; $end or more: there is none before.
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

  ;; Of four bytes or more; eight at a time, where $hash has to be what TypeScript makes of them.
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

  ;; Where among the texts that of $length bytes at $p is, or would be. Of a file it ends with the colon, and its line is longer; else it is the literal part.
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

  ;; $line is a function, a creator or a file line that is as plain as line-fast.ts has it: its like may be added here.
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

  ;; As StackBody.lineFast: the line at $pos, added below $line, where its function or its file is known; 0: somebody else has to read it.
  (func $learn (param $line i32) (param $pos i32) (param $end i32) (result i32)
    (local $row i32) (local $cold i32) (local $kind i32) (local $p i32) (local $known i32) (local $length i32)
    (local $shape i32) (local $from i32) (local $colon i32)
    (local.set $row (i32.add (global.get $hot) (i32.shl (local.get $line) (i32.const 4))))
    (local.set $cold (i32.add (global.get $cold) (i32.shl (local.get $line) (i32.const 5))))
    (local.set $kind (i32.and (i32.load offset=4 (local.get $row)) (i32.const 7)))
    (if (i32.load offset=4 (local.get $cold)) (then (return (i32.const 0))))
    (if (i32.ge_u (i32.shr_u (i32.load offset=16 (local.get $cold)) (i32.const 1)) (i32.load offset=40 (i32.const 0)))
      (then (return (i32.const 0))))
    (if (i32.ge_u (i32.load offset=32 (i32.const 0)) (global.get $mask)) (then (return (i32.const 0))))
    ;; No line that is read is longer than 16 KiB.
    (if (i32.gt_u (i32.add (i32.load offset=36 (i32.const 0)) (i32.const 16384)) (global.get $arena_bytes))
      (then (return (i32.const 0))))
    (if (i32.eq (i32.load8_u (local.get $pos)) (i32.const 9))
      (then
        ;; Of a function, or a creator.
        (if (i32.and (i32.ne (local.get $kind) (i32.const 1)) (i32.ne (local.get $kind) (i32.const 3)))
          (then (return (i32.const 0))))
        (local.set $p (call $find (local.get $pos) (local.get $end) (i32.const 0x3a)))
        (if (i32.ge_u (local.get $p) (local.get $end)) (then (return (i32.const 0))))
        (local.set $length (i32.add (i32.sub (local.get $p) (local.get $pos)) (i32.const 1)))
        (local.set $known (i32.load (call $text (local.get $pos) (local.get $length))))
        (if (i32.eqz (local.get $known)) (then (return (i32.const 0))))
        (local.set $colon (local.get $p))
        (local.set $p (call $digits (i32.add (local.get $p) (i32.const 1)) (i32.const 0)))
        (if (i32.eq (local.get $p) (i32.add (local.get $colon) (i32.const 1))) (then (return (i32.const 0))))
        (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 32))
          (then
            ;; _+0x
            (if (i32.ne (i32.load (local.get $p)) (i32.const 0x78302b20)) (then (return (i32.const 0))))
            (local.set $from (i32.add (local.get $p) (i32.const 4)))
            (local.set $p (call $digits (local.get $from) (i32.const 1)))
            (if (i32.eq (local.get $p) (local.get $from)) (then (return (i32.const 0))))
            (local.set $kind (i32.const 0)))
          (else
            ;; .go, and absolute
            (if (i32.ne (i32.shr_u (i32.load (i32.sub (local.get $colon) (i32.const 4))) (i32.const 8)) (i32.const 0x6f672e))
              (then (return (i32.const 0))))
            (if (i32.ne (i32.load8_u offset=1 (local.get $pos)) (i32.const 0x2f)) (then (return (i32.const 0))))))
        (local.set $length (i32.sub (local.get $p) (local.get $pos)))
        (local.set $shape (i32.or (i32.shl (local.get $length) (i32.const 6)) (i32.const 2)))
        (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 13))
          (then (local.set $p (i32.add (local.get $p) (i32.const 1)))))
        (if (i32.ge_u (local.get $p) (local.get $end)) (then (return (i32.const 0))))
        (if (i32.ne (i32.load8_u (local.get $p)) (i32.const 10)) (then (return (i32.const 0))))
        (if (i32.gt_u (local.get $length) (i32.const 16384)) (then (return (i32.const 0))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        ;; Without an offset it may be a line of the log ahead of one with an offset.
        (if (local.get $kind)
          (then
            (if (i32.ge_u (local.get $p) (local.get $end)) (then (return (i32.const 0))))
            (if (call $is_indent (local.get $p)) (then (return (i32.const 0))))))
        (global.set $from (local.get $pos))
        (global.set $after (local.get $p)))
      (else
        ;; A function, or a creator, behind the file line of a function, but not that of main.main, where a stack may end.
        (if (i32.ne (local.get $kind) (i32.const 2)) (then (return (i32.const 0))))
        (local.set $row (i32.add (global.get $hot) (i32.shl (i32.load (local.get $cold)) (i32.const 4))))
        (if (i32.ne (i32.and (i32.load offset=4 (local.get $row)) (i32.const 7)) (i32.const 1))
          (then (return (i32.const 0))))
        (local.set $known (i32.add (global.get $arena) (i32.load (local.get $row))))
        (if (i64.eq (i64.load (local.get $known)) (i64.const 0x69616d2e6e69616d)) ;; main.mai
          (then
            (if (i32.eq (i32.load16_u offset=8 (local.get $known)) (i32.const 0x286e)) ;; n(
              (then (return (i32.const 0))))))
        ;; Its file line proves it.
        (local.set $p (call $find (local.get $pos) (local.get $end) (i32.const 10)))
        (if (i32.ge_u (i32.add (local.get $p) (i32.const 1)) (local.get $end)) (then (return (i32.const 0))))
        (if (i32.eqz (call $is_indent (i32.add (local.get $p) (i32.const 1)))) (then (return (i32.const 0))))
        (if (i32.gt_u (i32.sub (local.get $p) (local.get $pos)) (i32.const 16384)) (then (return (i32.const 0))))
        (local.set $length (call $literal_length (local.get $pos) (local.get $end)))
        (if (i32.lt_u (local.get $length) (i32.const 4)) (then (return (i32.const 0))))
        (local.set $known (i32.load (call $text (local.get $pos) (local.get $length))))
        (if (i32.eqz (local.get $known)) (then (return (i32.const 0))))
        (if (i32.eqz (call $match (local.get $known) (local.get $pos) (local.get $end) (i32.const 0)))
          (then (return (i32.const 0))))
        (local.set $shape (i32.load offset=4 (i32.add (global.get $hot) (i32.shl (local.get $known) (i32.const 4)))))))
    (i32.store
      (i32.add (global.get $numbers) (i32.shl (i32.load offset=32 (i32.const 0)) (i32.const 2)))
      (i32.load (i32.add (global.get $numbers) (i32.shl (local.get $known) (i32.const 2)))))
    (call $append (local.get $line) (local.get $pos) (local.get $length) (local.get $shape)))

  ;; Where digits end; $hex: of hexadecimal numbers.
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

  ;; As LineTable.append, of a line below which there is none: its only child, with the literal part of $length bytes at $pos.
  (func $append (param $line i32) (param $pos i32) (param $length i32) (param $shape i32) (result i32)
    (local $child i32) (local $at i32) (local $row i32) (local $above i32) (local $i i32)
    (local.set $child (i32.load offset=32 (i32.const 0)))
    (local.set $at (i32.load offset=36 (i32.const 0)))
    (i32.store offset=32 (i32.const 0) (i32.add (local.get $child) (i32.const 1)))
    (i32.store offset=36 (i32.const 0) (i32.add (local.get $at) (local.get $length)))
    ;; Sixteen bytes at a time, as there is room for more than the line.
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

  ;; Of a state, up to the comma or bracket behind it: its length; 0 for none of less than 32 bytes.
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

  ;; Where among the states this one is, or would be: there, or in one of the three places behind it.
  (func $state_slot (param $first v128) (param $second v128) (result i32)
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

  ;; The place of a state; with $anew that of the one that goes for it, where it is not known; else -1.
  (func $find_state (param $first v128) (param $second v128) (param $anew i32) (result i32)
    (local $home i32) (local $slot i32) (local $row i32) (local $i i32)
    (local.set $home (call $state_slot (local.get $first) (local.get $second)))
    (loop $more
      (local.set $slot (i32.and (i32.add (local.get $home) (local.get $i)) (i32.const 63)))
      (local.set $row (i32.add (global.get $states) (i32.shl (local.get $slot) (i32.const 5))))
      (if (i32.eqz
            (v128.any_true
              (v128.or
                (v128.xor (local.get $first) (v128.load (local.get $row)))
                (v128.xor (local.get $second) (v128.load offset=16 (local.get $row))))))
        (then (return (local.get $slot))))
      ;; Nobody has taken this place, nor those behind it.
      (if (i32.eq (i32.load8_u (local.get $row)) (i32.const 0xff))
        (then (return (if (result i32) (local.get $anew) (then (local.get $slot)) (else (i32.const -1))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 4))))
    (if (result i32) (local.get $anew) (then (local.get $home)) (else (i32.const -1))))

  ;; The state of $length bytes at $pos is one of those that are known from now on; returns its place.
  (func (export "learn") (param $pos i32) (param $length i32) (result i32)
    (local $first v128) (local $second v128) (local $slot i32) (local $row i32) (local $mask i32)
    (local.set $mask (i32.sub (i32.add (global.get $ones) (i32.const 32)) (local.get $length)))
    (local.set $first (v128.and (v128.load (local.get $pos)) (v128.load (local.get $mask))))
    (local.set $second (v128.and (v128.load offset=16 (local.get $pos)) (v128.load offset=16 (local.get $mask))))
    (local.set $slot (call $find_state (local.get $first) (local.get $second) (i32.const 1)))
    (local.set $row (i32.add (global.get $states) (i32.shl (local.get $slot) (i32.const 5))))
    (v128.store (local.get $row) (local.get $first))
    (v128.store offset=16 (local.get $row) (local.get $second))
    (local.get $slot))

  ;; Reads `goroutine 7 [select]:` or `goroutine 7 [select, 3 minutes]:` of a state that is known; returns where the line behind it begins; 0: it is
  ;; something else.
  (func $header (param $pos i32) (param $end i32) (result i32)
    (local $p i32) (local $c i32) (local $length i32) (local $mask i32) (local $slot i32) (local $minutes i32)
    (local $id i64) (local $first v128) (local $second v128)
    (if (i64.ne (i64.load (local.get $pos)) (i64.const 0x6e6974756f726f67)) (then (return (i32.const 0)))) ;; goroutin
    (if (i32.ne (i32.load16_u offset=8 (local.get $pos)) (i32.const 0x2065)) (then (return (i32.const 0)))) ;; e_
    (local.set $p (i32.add (local.get $pos) (i32.const 10)))
    (block $over
      (loop $more
        (local.set $c (i32.sub (i32.load8_u (local.get $p)) (i32.const 0x30)))
        (br_if $over (i32.ge_u (local.get $c) (i32.const 10)))
        (local.set $id (i64.add (i64.mul (local.get $id) (i64.const 10)) (i64.extend_i32_u (local.get $c))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br $more)))
    ;; 15 digits are less than what a number holds exactly.
    (if (i32.gt_u (i32.sub (local.get $p) (local.get $pos)) (i32.const 25)) (then (return (i32.const 0))))
    (if (i64.eqz (local.get $id)) (then (return (i32.const 0))))
    (if (i32.ne (i32.load16_u (local.get $p)) (i32.const 0x5b20)) (then (return (i32.const 0)))) ;; _[
    (local.set $p (i32.add (local.get $p) (i32.const 2)))
    (local.set $length (call $state_length (local.get $p)))
    (if (i32.eqz (local.get $length)) (then (return (i32.const 0))))
    (local.set $mask (i32.sub (i32.add (global.get $ones) (i32.const 32)) (local.get $length)))
    (local.set $first (v128.and (v128.load (local.get $p)) (v128.load (local.get $mask))))
    (local.set $second (v128.and (v128.load offset=16 (local.get $p)) (v128.load offset=16 (local.get $mask))))
    (local.set $slot (call $find_state (local.get $first) (local.get $second) (i32.const 0)))
    (if (i32.lt_s (local.get $slot) (i32.const 0)) (then (return (i32.const 0))))
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
        (if (i32.ge_u (i32.sub (local.get $length) (i32.const 1)) (i32.const 6)) (then (return (i32.const 0))))
        (local.set $minutes (i32.add (local.get $minutes) (i32.const 1)))
        (if (i64.ne (i64.load (local.get $p)) (i64.const 0x736574756e696d20)) (then (return (i32.const 0)))) ;; _minutes
        (local.set $p (i32.add (local.get $p) (i32.const 8)))))
    (if (i32.ne (i32.and (i32.load (local.get $p)) (i32.const 0xffffff)) (i32.const 0x0a3a5d)) ;; ]:\n
      (then (return (i32.const 0))))
    (local.set $p (i32.add (local.get $p) (i32.const 3)))
    (if (i32.gt_u (local.get $p) (local.get $end)) (then (return (i32.const 0))))
    (global.set $id (f64.convert_i64_u (local.get $id)))
    (global.set $info (i32.or (local.get $slot) (i32.shl (local.get $minutes) (i32.const 6))))
    (local.get $p))

  ;; A goroutine begins to be walked, or goes on.
  (func $begin (param $pos i32)
    (global.set $from (i32.const 0))
    (global.set $after (local.get $pos))
    (i32.store offset=8 (i32.const 0) (i32.const 0))
    (f64.store offset=16 (i32.const 0) (f64.const -1)))

  ;; Walks on from $line, and through goroutine after goroutine, $most of them, whose stack $dump has, whose header is plain; 0: of no dump. Returns why it stopped:
  ;;   0  at a line that is not known, or at the end
  ;;   1  there is no room for more rows
  ;;   2  behind a stack that the dump has not
  ;;   3  at a header that is not plain
  ;; A row: the id of the goroutine whose header was read (f64); of the one before it, its parent (f64), the line at which it ended, where that line
  ;; began; where the header begins and ends; its state and minutes; the number of calls of the goroutine before it.
  (func (export "run") (param $line i32) (param $pos i32) (param $end i32) (param $dump i32) (param $most i32)
    (result i32)
    (local $at i32) (local $row i32) (local $end_of_rows i32) (local $next i32) (local $why i32)
    (local.set $at (local.get $line))
    (local.set $row (global.get $rows))
    (local.set $end_of_rows (i32.add (global.get $rows) (i32.mul (local.get $most) (i32.const 40))))
    (global.set $calls (global.get $first_call))
    (call $begin (local.get $pos))
    (block $over
      (loop $more
        (local.set $at (call $walk (local.get $at) (global.get $after) (local.get $end)))
        (local.set $pos (global.get $after))
        (br_if $over (i32.ge_u (local.get $pos) (local.get $end)))
        (br_if $over (i32.eqz (local.get $dump)))
        (if (i32.ne (i32.load8_u (local.get $pos)) (i32.const 10))
          (then
            (local.set $next (call $learn (local.get $at) (local.get $pos) (local.get $end)))
            (br_if $over (i32.eqz (local.get $next)))
            (local.set $at (local.get $next))
            (br $more)))
        (local.set $why (i32.const 1))
        (br_if $over (i32.ge_u (local.get $row) (local.get $end_of_rows)))
        (br_if $over (i32.ge_u (global.get $calls) (global.get $last_call)))
        (local.set $why (i32.const 2))
        (br_if $over
          (i32.ne
            (i32.load offset=28 (i32.add (global.get $cold) (i32.shl (local.get $at) (i32.const 5))))
            (local.get $dump)))
        (local.set $why (i32.const 3))
        (local.set $next (call $header (i32.add (local.get $pos) (i32.const 1)) (local.get $end)))
        (br_if $over (i32.eqz (local.get $next)))
        (local.set $why (i32.const 0))
        (f64.store (local.get $row) (global.get $id))
        (f64.store offset=8 (local.get $row) (f64.load offset=16 (i32.const 0)))
        (i32.store offset=16 (local.get $row) (local.get $at))
        (i32.store offset=20 (local.get $row) (global.get $from))
        (i32.store offset=24 (local.get $row) (i32.add (local.get $pos) (i32.const 1)))
        (i32.store offset=28 (local.get $row) (local.get $next))
        (i32.store offset=32 (local.get $row) (global.get $info))
        (i32.store offset=36 (local.get $row) (i32.load offset=8 (i32.const 0)))
        (local.set $row (i32.add (local.get $row) (i32.const 40)))
        (global.set $calls
          (i32.add (global.get $calls) (i32.shl (i32.load offset=8 (i32.const 0)) (i32.const 2))))
        (call $begin (local.get $next))
        (local.set $at (i32.const 0))
        (br $more)))
    (i32.store (i32.const 0) (global.get $from))
    (i32.store offset=4 (i32.const 0) (global.get $after))
    (i32.store offset=12 (i32.const 0) (global.get $calls))
    (i32.store offset=24 (i32.const 0) (local.get $at))
    (i32.store offset=28 (i32.const 0)
      (i32.div_u (i32.sub (local.get $row) (global.get $rows)) (i32.const 40)))
    (local.get $why)))
