module example.com/backtimers

go 1.26

godebug asynctimerchan=1
