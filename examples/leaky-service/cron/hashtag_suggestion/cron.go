// Package hashtag_suggestion is the cron job of the story: three steps, joined by channels that nobody closes.
package hashtag_suggestion

// Cron suggests hashtags for new content.
type Cron struct {
	// Fixed closes each channel when its writer is done.
	Fixed bool
}

// Run starts one run of the job. It returns when the last tag has been stored, and leaves two goroutines behind unless Fixed.
func (c *Cron) Run(tags int) {
	stored := make(chan int)
	candidates := c.step1(tags)
	ranked := c.step2(candidates)
	c.step3(ranked, stored)
	for range tags {
		<-stored
	}
}

// step1 collects candidates.
func (c *Cron) step1(tags int) <-chan int {
	out := make(chan int)
	go func() {
		if c.Fixed {
			defer close(out)
		}
		for tag := range tags {
			out <- tag
		}
	}()
	return out
}

// step2 ranks them. Its goroutine waits for a close that never comes.
func (c *Cron) step2(in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		if c.Fixed {
			defer close(out)
		}
		for tag := range in {
			out <- tag * tag
		}
	}()
	return out
}

// step3 stores them; it waits for the same close, one step on.
func (c *Cron) step3(in <-chan int, stored chan<- int) {
	go func() {
		for tag := range in {
			stored <- tag
		}
	}()
}
