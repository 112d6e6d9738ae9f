// A dynalite server on a free port of the loopback interface: prints the port, and lives until its standard input ends.

const server = require('dynalite')({createTableMs: 0, updateTableMs: 0, deleteTableMs: 0})

server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
