// An OTLP/HTTP endpoint that takes all. Prints its port; at SIGTERM how many requests of how many bytes it had.
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
