module settled

go 1.26
