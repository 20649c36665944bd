module goroutine

go 1.26
