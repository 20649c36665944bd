module example.com/fieldmetrics

go 1.26

require github.com/prometheus/client_golang v1.25.0

replace github.com/prometheus/client_golang => ./stub
