;; The walk down the tree of known stacks (stack-tree.ts): as far as lines are known, it compares bytes, 16 at a time, where stack-tree.ts
;; compares them by the word. Nothing is known here that is not known there, and the tests hold one to the other.
;;
;; One call of `run` goes through many goroutines:
;;
;;     goroutine 7 [select]:              read by $header (headers.wat), and noted in a row
;;     main.worker(0xc000012345)          a line of the tree: $walk goes down to it, by $match or $other
;;             /app/main.go:12 +0x1d      below it: the same
;;                                        an empty line, and the dump has this stack: on with the next header, from the root
;;
;; A line that the tree has not at that place may be put together of parts that are known from elsewhere: new-lines.wat adds it. At anything else `run`
;; stops, and says why. TypeScript takes the rows, in order, and counts (fast-lane.ts); it may refuse one, and then nothing of what came after it holds.
;;
;; The tables of the tree are in this memory, and TypeScript reads and writes the same bytes. walk-memory.ts says what is where, rows.ts what is in a
;; row of the tables. Here they are read by offset:
;;
;;     $hot, 16 bytes a line    0  where its literal part begins in $arena        4  length << 6 | tail << 3 | kind
;;                              8  the last four bytes of that                   12  the child that matched last
;;     $cold, 32 bytes a line   0  the line above       4  its first child       8  its last child       12  the next child of the same line
;;                             16  depth << 1 | are the children hashed?         20  the next line in the same bucket
;;                             24  the key by which it is in one                 28  the dump that last had a goroutine that ended here
;;     $numbers, 4 bytes        its function, or its file, among all texts (stack.ts)
(module
  (memory (export "memory") 1)

  ;; What comes from TypeScript and goes back, at 0. Read by offset, too:
  ;;     0  where the last line begins that was matched        4  where the line after it begins
  ;;     8  calls of the goroutine whose arguments count      12  where these are
  ;;    16  the goroutine that started it, f64; -1: unknown   24  the line that was walked to
  ;;    28  rows                                              32  lines of the tree
  ;;    36  bytes of their literal parts                      40  the depth from which on no line is added
  ;;    44  texts that are known
  (global $shared_end i32 (i32.const 48))
  (global $register i32 (i32.const 512)) ;; 1 for each byte that may stand among registers
  (global $ones i32 (i32.const 768)) ;; 32 bytes of ones, and 32 of zeroes
  (global $states i32 (i32.const 1024)) ;; 64 of 32 bytes each
  (global $first_call i32 (i32.const 3072)) ;; place << 1 | is it one to wait in?
  (global $last_call i32 (i32.const 19200)) ;; behind it, room for those of one more goroutine
  (global $most_calls i32 (i32.const 64))
  (global $rows i32 (i32.const 19456)) ;; 1024 of 40 bytes each
  (global $input i32 (i32.const 60416)) ;; the lines, 64 KiB at most, and 64 zeroes, which end whatever is looked for
  (global $tables i32 (i32.const 126016))

  ;; Where the tables are.
  (global $hot (mut i32) (i32.const 0))
  (global $cold (mut i32) (i32.const 0))
  (global $buckets (mut i32) (i32.const 0))
  (global $mask (mut i32) (i32.const 0))
  (global $numbers (mut i32) (i32.const 0))
  (global $texts (mut i32) (i32.const 0))
  (global $arena (mut i32) (i32.const 0))
  (global $arena_bytes (mut i32) (i32.const 0))
  (global $multiplier (mut i32) (i32.const 0))

  ;; The checked build (scripts/checked-wat.mjs) holds each access to:
  ;; region write (i32.const 0) (global.get $shared_end)
  ;; region read (global.get $register) (i32.const 832)
  ;; region write (global.get $states) (global.get $first_call)
  ;; region write (global.get $first_call) (global.get $rows)
  ;; region write (global.get $rows) (global.get $input)
  ;; region read (global.get $input) (global.get $tables)
  ;; region write (global.get $hot) (global.get $cold)
  ;; region write (global.get $cold) (global.get $buckets)
  ;; region read (global.get $buckets) (global.get $numbers)
  ;; region write (global.get $numbers) (global.get $texts)
  ;; region write (global.get $texts) (global.get $arena)
  ;; region write (global.get $arena) (i32.shl (memory.size) (i32.const 16))

  ;; What was matched last: where that line begins, and where the line after it begins.
  (global $from (mut i32) (i32.const 0))
  (global $after (mut i32) (i32.const 0))
  ;; The calls of the goroutine that is walked.
  (global $calls (mut i32) (i32.const 0))

  (@include "headers.wat")
  (@include "new-lines.wat")

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
            (local.set $next (call $add_line (local.get $at) (local.get $pos) (local.get $end)))
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
    (local.get $why))

  ;; A goroutine begins to be walked, or goes on.
  (func $begin (param $pos i32)
    (global.set $from (i32.const 0))
    (global.set $after (local.get $pos))
    (i32.store offset=8 (i32.const 0) (i32.const 0))
    (f64.store offset=16 (i32.const 0) (f64.const -1)))

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
    (i32.sub (local.get $p) (local.get $pos))))
