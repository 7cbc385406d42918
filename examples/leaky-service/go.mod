module content_svr

go 1.26
