module example.com/reading

go 1.26
