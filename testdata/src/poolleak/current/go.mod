module example.com/pooling

go 1.26
