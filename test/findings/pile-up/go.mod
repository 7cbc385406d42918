module example.com/pile-up

go 1.24
