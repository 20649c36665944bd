module example.com/removal

go 1.21
