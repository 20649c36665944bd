module example.com/other

go 1.26

require (
	example.com/lib v1.0.0
	github.com/fsnotify/fsnotify v1.9.0
)

replace (
	example.com/lib => ./lib
	github.com/fsnotify/fsnotify => ./fsnotify
)
