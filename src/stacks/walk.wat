;; The walk down the tree of known stacks: as far as lines are known, it compares 16 bytes at a time, where stack-tree.ts compares four. Both
;; must know exactly the same lines; the tests compare them.
;;
;; One call of `run` goes through many goroutines:
;;
;;     goroutine 7 [select]:              read by $header (headers.wat), and noted in a row
;;     main.worker(0xc000012345)          a line of the tree: $walk goes down to it, with $match or $other
;;             /app/main.go:12 +0x1d      below it: the same
;;                                        an empty line, and the dump has this stack: continue with the next header, from the root
;;
;; A line that the tree does not have at that place may consist of parts known from elsewhere: new-lines.wat adds it. At anything else `run`
;; stops and says why. TypeScript takes the rows, in order, and counts them (fast-lane.ts). It may refuse one; then nothing that came after it
;; is valid.
;;
;; The tables of the tree are in this memory, and TypeScript reads and writes the same bytes. walk-memory.ts describes the layout, rows.ts the
;; columns of the tables. Here they are read by offset:
;;
;;     $hot, 16 bytes a line    0  offset of its literal part in $arena           4  length << 6 | tail << 3 | kind
;;                              8  the last four bytes of that                   12  the child that matched last
;;     $cold, 32 bytes a line   0  the line above       4  its first child       8  its last child       12  the next child of the same line
;;                             16  depth << 1 | are the children hashed?         20  the next line in the same bucket
;;                             24  its key in the buckets                        28  the last dump in which a goroutine ended here
;;     $numbers, 4 bytes        the number of its function or file among all texts (stack.ts)
(module
  (memory (export "memory") 1)

  ;; Values exchanged with TypeScript, at 0. Also read by offset:
  ;;     0  start of the last line that was matched            4  start of the line after it
  ;;     8  calls of the goroutine whose arguments count      12  address of these
  ;;    16  the goroutine that started it, f64; -1: unknown   24  the line that was walked to
  ;;    28  rows                                              32  lines of the tree
  ;;    36  bytes of their literal parts                      40  the depth from which on no line is added
  ;;    44  texts that are known
  (global $shared_end i32 (i32.const 48))
  (global $register i32 (i32.const 512)) ;; 1 for each byte that may occur among registers
  (global $ones i32 (i32.const 768)) ;; 32 bytes of 0xff, and 32 of zeros
  (global $states i32 (i32.const 1024)) ;; 64 of 32 bytes each
  (global $first_call i32 (i32.const 3072)) ;; place << 1 | does a goroutine wait in it?
  (global $last_call i32 (i32.const 19200)) ;; after it, room for those of one more goroutine
  (global $most_calls i32 (i32.const 64))
  (global $rows i32 (i32.const 19456)) ;; 1024 of 40 bytes each
  (global $input i32 (i32.const 60416)) ;; the lines, at most 64 KiB, and 64 zeros, which end every search
  (global $tables i32 (i32.const 126016))

  ;; Addresses of the tables.
  (global $hot (mut i32) (i32.const 0))
  (global $cold (mut i32) (i32.const 0))
  (global $buckets (mut i32) (i32.const 0))
  (global $mask (mut i32) (i32.const 0))
  (global $numbers (mut i32) (i32.const 0))
  (global $texts (mut i32) (i32.const 0))
  (global $arena (mut i32) (i32.const 0))
  (global $arena_bytes (mut i32) (i32.const 0))
  (global $multiplier (mut i32) (i32.const 0))

  ;; The checked build (scripts/checked-wat.mjs) checks each access against:
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

  ;; Start of the line that was matched last, and of the line after it.
  (global $from (mut i32) (i32.const 0))
  (global $after (mut i32) (i32.const 0))
  ;; The calls of the goroutine that is being walked.
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

  ;; Walks on from $line, then through up to $most goroutines whose stacks $dump has and whose headers are plain; $dump 0: only the walk. Returns why it stopped:
  ;;   0  at an unknown line, or at the end
  ;;   1  there is no room for more rows
  ;;   2  after a stack that the dump does not have
  ;;   3  at a header that is not plain
  ;; A row: the id of the goroutine whose header was read (f64); of the one before it, its parent (f64), the line at which it ended, the start of that
  ;; line; start and end of the header; its state and minutes; the number of calls of the goroutine before it.
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

  ;; Starts the walk of a goroutine, or continues it.
  (func $begin (param $pos i32)
    (global.set $from (i32.const 0))
    (global.set $after (local.get $pos))
    (i32.store offset=8 (i32.const 0) (i32.const 0))
    (f64.store offset=16 (i32.const 0) (f64.const -1)))

  ;; Goes down from $line as far as the lines in [$pos, $end) are known; returns the last of them, or $line itself.
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

  ;; The child of $line that equals the line at $pos, other than the one that matched last; 0 for none.
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

  ;; Is the line at $pos equal to $line? $on: continue with the child that followed last. Returns the last line that matches; 0 for none.
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
        ;; The literal part; its end goes first, since that is where lines mostly differ.
        (local.set $i (i32.const 0))
        (if (i32.ge_u (local.get $length) (i32.const 16))
          (then
            (local.set $last (i32.sub (local.get $length) (i32.const 16)))
            (local.set $bytes
              (v128.xor
                (v128.load (i32.add (local.get $pos) (local.get $last)))
                (v128.load (i32.add (local.get $known) (local.get $last)))))
            (br_if $done (v128.any_true (local.get $bytes)))
            ;; Two at a time, with one check for a difference at the end: there is hardly ever one. The last two may overlap with bytes already
            ;; compared.
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
              ;; 1, 5, 6: arguments, `0123456789abcdefx?,{}._ ` and then `)`. Two tables, indexed by the low and the high half of a byte: the byte is
              ;; one of these if the two entries have a bit in common. 1 is for 2x (space, comma, dot), 2 for 3x, 4 for 5x, 8 for 6x, 16 for 7x.
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

  ;; The same as `hashLiteral` in hash.ts.
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

  ;; The same as `literalLength` in hash.ts.
  (func $literal_length (param $pos i32) (param $end i32) (result i32)
    (local $p i32) (local $c i32) (local $found i32) (local $last i32) (local $bytes v128)
    (local.set $c (i32.load8_u (local.get $pos)))
    (block $slow
      (br_if $slow
        (i32.and (i32.eq (local.get $c) (i32.const 0x63)) (i32.eq (i32.load8_u offset=7 (local.get $pos)) (i32.const 32))))
      ;; Fast path: up to the last opening bracket, for a line that is not a file line, ends with a closing bracket and has no registers.
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

  ;; Address after the last opening bracket in $bytes at $p, before the first of $stops; $before if there is none.
  (func $last_open (param $p i32) (param $bytes v128) (param $stops i32) (param $before i32) (result i32)
    (local $found i32)
    (local.set $found
      (i32.and
        (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x28))))
        (i32.sub (i32.and (local.get $stops) (i32.sub (i32.const 0) (local.get $stops))) (i32.const 1))))
    (if (result i32) (local.get $found)
      (then (i32.sub (i32.add (local.get $p) (i32.const 32)) (i32.clz (local.get $found))))
      (else (local.get $before))))

  ;; The same for any line, byte by byte.
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
