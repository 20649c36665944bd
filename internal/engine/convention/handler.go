package convention

import (
	"go/types"
	"slices"
	"strings"
)

// A Handler is a function that something calls once per request, connection,
// message or event.
type Handler struct {
	Per     string // what it is called once for
	Carries []int  // the parameters, without the receiver, that have data of whoever sends
}

// carriers are types whose values a server or consumer makes for each request,
// message or event: a function that takes one handles it. Paths are without
// major versions.
var carriers = map[string]string{
	"github.com/gin-gonic/gin.Context":                                    "request",
	"github.com/labstack/echo.Context":                                    "request",
	"github.com/gofiber/fiber.Ctx":                                        "request",
	"github.com/valyala/fasthttp.RequestCtx":                              "request",
	"github.com/emicklei/go-restful.Request":                              "request",
	"github.com/kataras/iris/context.Context":                             "request",
	"github.com/beego/beego/server/web/context.Context":                   "request",
	"github.com/beego/beego/context.Context":                              "request",
	"github.com/astaxie/beego/context.Context":                            "request",
	"github.com/cloudwego/hertz/pkg/app.RequestContext":                   "request",
	"gopkg.in/macaron.Context":                                            "request",
	"github.com/go-martini/martini.Context":                               "request",
	"connectrpc.com/connect.Request":                                      "request",
	"github.com/bufbuild/connect-go.Request":                              "request",
	"github.com/danielgtaylor/huma.Context":                               "request",
	"github.com/gliderlabs/ssh.Session":                                   "session",
	"sigs.k8s.io/controller-runtime/pkg/reconcile.Request":                "object",
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission.Request":        "request",
	"github.com/nats-io/nats.go.Msg":                                      "message",
	"github.com/nats-io/nats.go/jetstream.Msg":                            "message",
	"github.com/IBM/sarama.ConsumerMessage":                               "message",
	"github.com/Shopify/sarama.ConsumerMessage":                           "message",
	"github.com/segmentio/kafka-go.Message":                               "message",
	"github.com/confluentinc/confluent-kafka-go/kafka.Message":            "message",
	"github.com/twmb/franz-go/pkg/kgo.Record":                             "message",
	"github.com/rabbitmq/amqp091-go.Delivery":                             "message",
	"github.com/streadway/amqp.Delivery":                                  "message",
	"cloud.google.com/go/pubsub.Message":                                  "message",
	"github.com/eclipse/paho.mqtt.golang.Message":                         "message",
	"github.com/hibiken/asynq.Task":                                       "task",
	"github.com/apache/pulsar-client-go/pulsar.Message":                   "message",
	"github.com/apache/rocketmq-client-go/primitive.MessageExt":           "message",
	"github.com/ThreeDotsLabs/watermill/message.Message":                  "message",
	"github.com/cloudevents/sdk-go/event.Event":                           "event",
	"github.com/go-telegram-bot-api/telegram-bot-api.Update":              "update",
	"github.com/slack-go/slack/socketmode.Event":                          "event",
	"github.com/bwmarrin/discordgo.MessageCreate":                         "message",
	"github.com/aws/aws-lambda-go/events.APIGatewayProxyRequest":          "request",
	"github.com/aws/aws-lambda-go/events.APIGatewayV2HTTPRequest":         "request",
	"github.com/aws/aws-lambda-go/events.ALBTargetGroupRequest":           "request",
	"github.com/aws/aws-lambda-go/events.LambdaFunctionURLRequest":        "request",
	"github.com/aws/aws-lambda-go/events.SQSEvent":                        "event",
	"github.com/aws/aws-lambda-go/events.SNSEvent":                        "event",
	"github.com/aws/aws-lambda-go/events.S3Event":                         "event",
	"github.com/aws/aws-lambda-go/events.KinesisEvent":                    "event",
	"github.com/aws/aws-lambda-go/events.DynamoDBEvent":                   "event",
	"github.com/aws/aws-lambda-go/events.CloudWatchEvent":                 "event",
	"github.com/aws/aws-lambda-go/events.EventBridgeEvent":                "event",
	"github.com/aws/aws-lambda-go/events.APIGatewayWebsocketProxyRequest": "request",
}

// HandlerOf returns what fn handles if its signature is that of a handler.
// names says whether fn's package imports a package, for signatures that are a
// handler's only then.
func HandlerOf(fn *types.Func, sig *types.Signature, imports func(path string) bool) (Handler, bool) {
	var h Handler
	writer, request := -1, -1
	params := sig.Params()
	for i := range params.Len() {
		t := params.At(i).Type()
		switch name := typeOf(t); {
		case name == "net/http.ResponseWriter":
			writer = i
		case name == "net/http.Request":
			request = i
		case carriers[name] != "":
			h.Per = carriers[name]
			h.Carries = append(h.Carries, i)
		case name == "github.com/miekg/dns.ResponseWriter":
			h.Per = "request"
			for j := range params.Len() {
				if typeOf(params.At(j).Type()) == "github.com/miekg/dns.Msg" {
					h.Carries = append(h.Carries, j)
				}
			}
		}
	}
	switch {
	case writer >= 0 && request >= 0:
		return Handler{"request", []int{request}}, true
	case h.Per != "":
		return h, !returnsOf(sig, carriers)
	case sig.Recv() != nil && params.Len() == 2 && !sig.Variadic() && isContext(params.At(0).Type()) && isMessage(params.At(1).Type()) &&
		sig.Results().Len() == 2 && isMessage(sig.Results().At(0).Type()) && isError(sig.Results().At(1).Type()):
		return Handler{"request", []int{1}}, true
	case sig.Recv() != nil && sig.Results().Len() == 1 && isError(sig.Results().At(0).Type()) && servesStream(params):
		h := Handler{Per: "request"}
		for i := range params.Len() {
			h.Carries = append(h.Carries, i)
		}
		return h, true
	case fn != nil && sig.Recv() != nil && fn.Exported() && imports("net/rpc") && isRPC(sig):
		return Handler{"call", []int{0}}, true
	}
	return Handler{}, false
}

// Generated reports whether fn, which takes a message of protocol buffers, is a method of a
// service: the message's package has an interface with it, as it is generated. It is true
// of functions that take none.
func Generated(fn *types.Func) bool {
	params := fn.Signature().Params()
	for v := range params.Variables() {
		if !isMessage(v.Type()) {
			continue
		}
		n := named(v.Type())
		if n == nil || n.Obj().Pkg() == nil {
			continue
		}
		scope := n.Obj().Pkg().Scope()
		return slices.ContainsFunc(scope.Names(), func(name string) bool {
			i, ok := scope.Lookup(name).Type().Underlying().(*types.Interface)
			if !ok {
				return false
			}
			for m := range i.Methods() {
				if m.Name() == fn.Name() && types.Identical(m.Signature().Params(), params) {
					return true
				}
			}
			return false
		})
	}
	return true
}

// returnsOf reports whether a function makes what others handle: it returns it.
func returnsOf(sig *types.Signature, table map[string]string) bool {
	for r := range sig.Results().Variables() {
		if table[typeOf(r.Type())] == "request" {
			return true
		}
	}
	return false
}

// servesStream reports whether the parameters are those of a streaming method
// as gRPC generates its interface: at most one message, and a stream.
func servesStream(params *types.Tuple) bool {
	n := params.Len()
	if n == 0 || n > 2 || n == 2 && !isMessage(params.At(0).Type()) {
		return false
	}
	t := params.At(n - 1).Type()
	if !types.IsInterface(t) {
		n := named(t)
		return n != nil && n.Obj().Pkg() != nil && Path(n.Obj().Pkg()) == "google.golang.org/grpc"
	}
	return has(t, "SendMsg") && has(t, "RecvMsg") && has(t, "Context")
}

// isRPC reports whether a signature is that of a method that net/rpc calls.
func isRPC(sig *types.Signature) bool {
	if sig.Params().Len() != 2 || sig.Results().Len() != 1 || !isError(sig.Results().At(0).Type()) {
		return false
	}
	_, pointer := sig.Params().At(1).Type().Underlying().(*types.Pointer)
	return pointer && !isContext(sig.Params().At(0).Type())
}

// isMessage reports whether t is a message of protocol buffers.
func isMessage(t types.Type) bool {
	_, pointer := t.Underlying().(*types.Pointer)
	return pointer && (has(t, "ProtoReflect") || has(t, "ProtoMessage"))
}

func has(t types.Type, method string) bool {
	m, _, _ := types.LookupFieldOrMethod(t, true, nil, method)
	_, ok := m.(*types.Func)
	return ok
}

func isContext(t types.Type) bool { return typeOf(t) == "context.Context" }

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// IsRequest reports whether t is an HTTP request, or what a framework makes of
// one.
func IsRequest(t types.Type) bool {
	name := typeOf(t)
	return name == "net/http.Request" || carriers[name] == "request"
}

// SendsRequest reports whether a method is one of a client, that sends an HTTP request.
func SendsRequest(fn *types.Func) bool {
	params := fn.Signature().Params()
	return fn.Signature().Recv() != nil && (fn.Name() == "Do" || fn.Name() == "RoundTrip") && params.Len() == 1 && IsRequest(params.At(0).Type())
}

// FromAnybody reports whether t carries what whoever sends it makes up: an HTTP request
// or a message, and no procedure's arguments that were decoded for it.
func FromAnybody(t types.Type) bool {
	name := typeOf(t)
	switch name {
	case "connectrpc.com/connect.Request", "github.com/bufbuild/connect-go.Request":
		return false
	}
	return name == "net/http.Request" || carriers[name] != ""
}

// FewValues reports whether a field of an HTTP request has few values, or is
// none of what the client sent.
func FewValues(owner types.Type, field string) bool {
	if typeOf(owner) != "net/http.Request" {
		return false
	}
	switch field {
	case "Method", "Proto", "ProtoMajor", "ProtoMinor", "Pattern":
		return true
	}
	return false
}

// RunsCommand reports whether what is stored in a field of a type, or given to
// a method of it, is the body of a command: a process runs one.
func RunsCommand(owner types.Type, member string) bool {
	n := named(owner)
	if n == nil || n.Obj().Pkg() == nil {
		return false
	}
	switch Path(n.Obj().Pkg()) {
	case "github.com/spf13/cobra":
		return strings.HasPrefix(member, "Run") || strings.HasPrefix(member, "PreRun") || strings.HasPrefix(member, "PostRun") || strings.HasPrefix(member, "Persistent")
	case "github.com/leaanthony/clir":
		return member == "Action" || member == "NewSubCommandFunction"
	case "github.com/peterbourgon/ff/ffcli":
		return member == "Exec"
	}
	switch member {
	case "Action", "PreAction":
		return isCommand(n) || takesFlags(n)
	case "Before", "After":
		return isCommand(n)
	}
	return false
}

// takesFlags reports whether a type is the command or program of github.com/alecthomas/kingpin, of which
// there are forks, too: it is told its flags, arguments and action one by one.
func takesFlags(n *types.Named) bool {
	return !slices.ContainsFunc([]string{"Flag", "Arg"}, func(method string) bool {
		obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), false, n.Obj().Pkg(), method)
		fn, ok := obj.(*types.Func)
		if !ok {
			return true
		}
		return !strings.HasPrefix(shape(fn.Signature()), "(string, string) *")
	})
}

// isCommand reports whether a type is the command or program of github.com/urfave/cli, of which there are
// many forks: it has a name, what it is used for, an action, and commands below it.
func isCommand(n *types.Named) bool {
	s, ok := n.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	texts, acts, has := 0, false, false
	for f := range s.Fields() {
		switch f.Name() {
		case "Name", "Usage":
			if types.Identical(f.Type(), types.Typ[types.String]) {
				texts++
			}
		case "Action":
			acts = true
		case "Commands", "Subcommands":
			list, ok := f.Type().Underlying().(*types.Slice)
			has = has || ok && named(list.Elem()) != nil && named(list.Elem()).Obj().Pkg() == n.Obj().Pkg()
		}
	}
	return texts == 2 && acts && has
}

// commandMethods are those of the interfaces that command-line libraries run a command by,
// with their parameters and results. The first is the body.
var commandMethods = [][][2]string{
	{{"Run", "([]string) int"}, {"Help", "() string"}, {"Synopsis", "() string"}}, // mitchellh/cli, hashicorp/cli
	{{"Execute", "(context.Context, *flag.FlagSet, ...any) github.com/google/subcommands.ExitStatus"}},
}

// IsCommandBody reports whether a method is the body of a command, by which a command-line
// library runs it: its type has what the interface of the library asks for.
func IsCommandBody(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	if recv == nil {
		return false
	}
	return slices.ContainsFunc(commandMethods, func(methods [][2]string) bool {
		if methods[0][0] != fn.Name() {
			return false
		}
		return !slices.ContainsFunc(methods, func(m [2]string) bool {
			obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, fn.Pkg(), m[0])
			has, ok := obj.(*types.Func)
			return !ok || shape(has.Signature()) != m[1]
		})
	})
}

// shape returns the parameters and results of a function without their names.
func shape(sig *types.Signature) string {
	bare := func(t *types.Tuple) *types.Tuple {
		var vars []*types.Var
		for v := range t.Variables() {
			vars = append(vars, types.NewParam(v.Pos(), v.Pkg(), "", types.Unalias(v.Type())))
		}
		return types.NewTuple(vars...)
	}
	text := types.TypeString(types.NewSignatureType(nil, nil, nil, bare(sig.Params()), bare(sig.Results()), sig.Variadic()), nil)
	return strings.TrimPrefix(text, "func")
}

// IsCommand reports whether a parameter of type t shows that its function is
// the body of a command, or of a test.
func IsCommand(t types.Type) bool {
	switch typeOf(t) {
	case "testing.T", "testing.B", "testing.F", "testing.TB",
		"github.com/spf13/cobra.Command", "flag.FlagSet", "github.com/spf13/pflag.FlagSet",
		"github.com/urfave/cli.Context", "github.com/urfave/cli.Command", "github.com/codegangsta/cli.Context", "gopkg.in/urfave/cli.Context",
		"github.com/alecthomas/kingpin.ParseContext", "gopkg.in/alecthomas/kingpin.ParseContext":
		return true
	}
	return false
}

// switches are the halves of methods that undo each other.
var switches = map[string]string{
	"Enable": "Disable", "Attach": "Detach", "Up": "Down", "Activate": "Deactivate", "Connect": "Disconnect", "Join": "Leave", "Mount": "Unmount",
}

// UndoneBy returns the name of the method that undoes what a method of a name
// does to the state of its object, or "".
func UndoneBy(name string) string { return switches[name] }

// opens are the methods after which an object is in use, and those after which it can
// be used again by calling them.
var opens = map[string][]string{"Open": {"Close"}, "Start": {"Stop"}, "Connect": {"Close", "Disconnect"}}

// Opens reports whether a method of a name begins the use of its object.
func Opens(name string) bool { return opens[name] != nil }

// Reopens reports whether an object can be taken into use again by one method after
// another one has ended that.
func Reopens(open, end string) bool { return slices.Contains(opens[open], end) }

// appends are methods that return their receiver with something added, without taking
// out what was added before under the same name. Paths are without major versions.
var appends = map[string][]string{
	"log/slog.Logger":                         {"With", "WithGroup"},
	"go.uber.org/zap.Logger":                  {"With", "Named", "WithOptions"},
	"go.uber.org/zap.SugaredLogger":           {"With", "Named", "WithOptions"},
	"github.com/go-logr/logr.Logger":          {"WithValues", "WithName"},
	"github.com/hashicorp/go-hclog.Logger":    {"Named"},
	"github.com/go-kit/kit/metrics.Counter":   {"With"},
	"github.com/go-kit/kit/metrics.Gauge":     {"With"},
	"github.com/go-kit/kit/metrics.Histogram": {"With"},
}

// Appends reports whether fn is a method that returns its receiver, or a copy of it,
// with something added.
func Appends(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && slices.Contains(appends[typeOf(recv.Type())], fn.Name())
}

// CallsAgain reports whether a function of an API is there to call the function
// that it is given again and again, with nothing in its signature that says so.
func CallsAgain(fn *types.Func) bool {
	return fn.FullName() == "syscall/js.FuncOf" // each event of the page
}
