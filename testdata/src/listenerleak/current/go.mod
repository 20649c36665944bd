module example.com/listeners

go 1.26

require (
	github.com/ethereum/go-ethereum v1.17.10
	github.com/nats-io/nats.go v1.55.0
	github.com/prometheus/client_golang v1.25.0
	github.com/redis/go-redis/v9 v9.23.0
	go.etcd.io/etcd/client/v3 v3.7.3
	k8s.io/client-go v0.37.2
)

replace (
	github.com/ethereum/go-ethereum => ./stub/geth
	github.com/nats-io/nats.go => ./stub/nats
	github.com/prometheus/client_golang => ./stub/prometheus
	github.com/redis/go-redis/v9 => ./stub/redis
	go.etcd.io/etcd/client/v3 => ./stub/etcd
	k8s.io/client-go => ./stub/clientgo
)
