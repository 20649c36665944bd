package main

import "github.com/memlint/memlint/eval/truth/leaks"

const large = 64 << 10 // what leaks makes in a repetition

var cases = append([]test{
	{category: "closurecapture/large-capture", leak: leaks.LargeCapture, fixed: leaks.LargeCaptureFixed, bytes: large},
	{category: "closurecapture/large-capture", leak: leaks.LargeCaptureGoroutine, fixed: leaks.LargeCaptureGoroutineFixed, bytes: large, goroutines: 1},
	{category: "closurecapture/partial-use", leak: leaks.PartialUse, fixed: leaks.PartialUseFixed, bytes: large},
	{category: "closurecapture/self-reference", leak: leaks.FinalizerBound, fixed: leaks.FinalizerBoundFixed, bytes: large},
	{category: "closurecapture/self-reference", leak: leaks.FinalizerCaptures, fixed: leaks.FinalizerCapturesFixed, bytes: large},
	{category: "closurecapture/self-reference", leak: leaks.FinalizerCycle, fixed: leaks.FinalizerCycleFixed, bytes: 2 * large},
	{category: "globalgrowth/chan-only-grows", leak: leaks.ChanOnlyGrows, fixed: leaks.ChanOnlyGrowsFixed, bytes: large, goroutines: 1},
	{category: "globalgrowth/container-only-grows", leak: leaks.BufferOnlyGrows, fixed: leaks.BufferOnlyGrowsFixed, bytes: large},
	{category: "globalgrowth/container-only-grows", leak: leaks.ListOnlyGrows, fixed: leaks.ListOnlyGrowsFixed, bytes: large},
	{category: "globalgrowth/container-only-grows", leak: leaks.SyncMapOnlyGrows, fixed: leaks.SyncMapOnlyGrowsFixed, bytes: large},
	{category: "globalgrowth/map-only-grows", leak: leaks.MapOnlyGrows, fixed: leaks.MapOnlyGrowsFixed, bytes: large},
	{category: "globalgrowth/slice-only-grows", leak: leaks.SliceOnlyGrows, fixed: leaks.SliceOnlyGrowsFixed, bytes: large},
	{category: "listenerleak/handle-discarded", leak: leaks.ContextHandleDiscarded, fixed: leaks.ContextHandleDiscardedFixed, bytes: large},
	{category: "listenerleak/handle-discarded", leak: leaks.HandleDiscarded, fixed: leaks.HandleDiscardedFixed, bytes: large},
	{category: "listenerleak/never-removed", leak: leaks.NeverRemoved, fixed: leaks.NeverRemovedFixed, bytes: large},
	{category: "listenerleak/no-way-out", leak: leaks.NoWayOut, fixed: leaks.NoWayOutFixed, bytes: large},
	{category: "listenerleak/not-removed-on-path", leak: leaks.NotRemovedOnPath, fixed: leaks.NotRemovedOnPathFixed, bytes: large},
	{category: "listenerleak/signal-not-stopped", leak: leaks.SignalContextNotStopped, fixed: leaks.SignalContextNotStoppedFixed, bytes: 1000, goroutines: 1},
	{category: "listenerleak/signal-not-stopped", leak: leaks.SignalNotStopped, fixed: leaks.SignalNotStoppedFixed, bytes: 170},
	{category: "timerleak/after-in-loop", leak: leaks.AfterInLoop, fixed: leaks.AfterInLoopFixed, bytes: 400, until: 23},
	{category: "timerleak/afterfunc-pins", leak: leaks.AfterFuncPins, fixed: leaks.AfterFuncPinsFixed, bytes: large},
	{category: "timerleak/afterfunc-rearms", leak: leaks.AfterFuncRearms, fixed: leaks.AfterFuncRearmsFixed, bytes: large},
	{category: "timerleak/defer-stop-in-loop", leak: leaks.DeferStopInLoop, fixed: leaks.DeferStopInLoopFixed, bytes: 30000},
	{category: "timerleak/tick-in-repeatable", leak: leaks.TickInRepeatable, fixed: leaks.TickInRepeatableFixed, bytes: 200, until: 23},
	{category: "timerleak/ticker-field", leak: leaks.TickerField, fixed: leaks.TickerFieldFixed, bytes: 200, until: 23},
	{category: "timerleak/ticker-goroutine", leak: leaks.TickerGoroutine, fixed: leaks.TickerGoroutineFixed, bytes: large, goroutines: 1},
	{category: "timerleak/ticker-not-stopped", leak: leaks.TickerNotStopped, fixed: leaks.TickerNotStoppedFixed, bytes: 200, until: 23},
	{category: "timerleak/timer-not-stopped", leak: leaks.TimerNotStopped, fixed: leaks.TimerNotStoppedFixed, bytes: 200, until: 23},
}, cleanups...)
