package listenerleak

import "strings"

// knownAPIs are registering functions of well-known modules whose names or
// types alone would say too little, or the wrong thing.
//
// os/signal and context.AfterFunc have rules of their own. Others are left
// out on purpose: (*fsnotify.Watcher).Add takes a path and no listener;
// expvar.Publish and its kin panic at a name that is there already; streams of
// gRPC, such as that of a health Watch, end with the context that they are given or
// with the error that they run into.
var knownAPIs = []struct {
	pkg     string
	version string // of the module, or of Go, with which the signatures were compared
	funcs   string // (T).M for methods, also of pointers
	undo    string // what undoes them, the first one to tell of; "" if the end of their context does
	js      bool   // the holder is the JavaScript runtime: it undoes nothing, and constructors are no set-up
}{
	{"syscall/js", "go1.26", "FuncOf", "Release", true},
	{
		// Registrations came with v0.26; before, there was no other half.
		"k8s.io/client-go/tools/cache", "v0.37.2",
		"(SharedInformer).AddEventHandler (SharedInformer).AddEventHandlerWithResyncPeriod (SharedInformer).AddEventHandlerWithOptions",
		"RemoveEventHandler", false,
	},
	{
		"github.com/nats-io/nats.go", "v1.55.0",
		"(Conn).Subscribe (Conn).SubscribeSync (Conn).ChanSubscribe (Conn).ChanQueueSubscribe " +
			"(Conn).QueueSubscribe (Conn).QueueSubscribeSync (Conn).QueueSubscribeSyncWithChan " +
			"(JetStream).Subscribe (JetStream).SubscribeSync (JetStream).ChanSubscribe (JetStream).ChanQueueSubscribe " +
			"(JetStream).QueueSubscribe (JetStream).QueueSubscribeSync (JetStream).PullSubscribe " +
			"(EncodedConn).Subscribe (EncodedConn).QueueSubscribe",
		"Unsubscribe Drain AutoUnsubscribe", false,
	},
	{"github.com/nats-io/nats.go", "v1.55.0", "(Conn).StatusChanged", "RemoveStatusListener", false},
	{"github.com/nats-io/nats.go/jetstream", "v1.55.0", "(Consumer).Consume (PushConsumer).Consume", "Stop Drain", false},
	{
		"github.com/ethereum/go-ethereum/event", "v1.17.10",
		"(Feed).Subscribe (FeedOf).Subscribe (TypeMux).Subscribe", "Unsubscribe", false,
	},
	{
		"github.com/prometheus/client_golang/prometheus", "v1.25.0",
		"Register (Registerer).Register (Registry).Register MustRegister (Registerer).MustRegister (Registry).MustRegister", "Unregister", false,
	},
	{
		"github.com/redis/go-redis/v9", "v9.23.0",
		"(Client).Subscribe (Client).PSubscribe (Client).SSubscribe (ClusterClient).Subscribe (ClusterClient).PSubscribe " +
			"(ClusterClient).SSubscribe (Ring).Subscribe (Ring).PSubscribe (Ring).SSubscribe " +
			"(UniversalClient).Subscribe (UniversalClient).PSubscribe (UniversalClient).SSubscribe",
		"Close", false,
	},
	{"github.com/godbus/dbus/v5", "v5.2.4", "(Conn).Signal", "RemoveSignal", false},
	{"go.etcd.io/etcd/client/v3", "v3.7.3", "(Watcher).Watch", "", false},
	{"go.etcd.io/etcd/clientv3", "v3.3.27", "(Watcher).Watch", "", false}, // before modules had their version in the path
	{"github.com/coreos/etcd/clientv3", "v3.3.27", "(Watcher).Watch", "", false},
}

// A knownAPI says what undoes a registering function.
type knownAPI struct {
	undo []string
	js   bool
}

// known holds knownAPIs by the [keyOf] of their functions.
var known = func() map[string]knownAPI {
	table := make(map[string]knownAPI)
	for _, row := range knownAPIs {
		for _, fn := range strings.Fields(row.funcs) {
			table[row.pkg+"."+fn] = knownAPI{strings.Fields(row.undo), row.js}
		}
	}
	return table
}()
