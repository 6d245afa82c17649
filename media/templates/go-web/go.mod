module __APP_NAME__

go 1.22
