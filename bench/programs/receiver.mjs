// An OTLP/HTTP endpoint that accepts everything. Prints its port, and at SIGTERM the number of requests and bytes.
import { createServer } from 'node:http'

const sizes = []
const server = createServer((request, response) => {
  let size = 0
  request.on('data', (part) => {
    size += part.length
  })
  request.on('end', () => {
    sizes.push(size)
    response.end()
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.on('SIGTERM', () => {
  console.log(JSON.stringify(sizes))
  server.closeAllConnections()
  server.close()
})
