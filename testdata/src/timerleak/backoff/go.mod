module github.com/cenkalti/backoff/twin

go 1.26
