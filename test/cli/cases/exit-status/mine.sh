all: mine
