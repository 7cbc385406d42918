// Kafka's own consumer, committed messages only: prints the value of each message that is now in a topic.
//
//   java -cp 'jars/*' ReadCommitted.java localhost:9092 topic
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

class ReadCommitted {
    public static void main(String[] args) throws Exception {
        StringDeserializer text = new StringDeserializer();
        Map<String, Object> settings = Map.of("bootstrap.servers", args[0]);
        Map<String, Object> committed = Map.of("bootstrap.servers", args[0], "isolation.level", "read_committed");
        try (KafkaConsumer<String, String> all = new KafkaConsumer<>(settings, text, text);
            KafkaConsumer<String, String> consumer = new KafkaConsumer<>(committed, text, text)) {
            List<TopicPartition> partitions = consumer.partitionsFor(args[1]).stream()
                .map(each -> new TopicPartition(args[1], each.partition()))
                .collect(Collectors.toList());
            // Transactions of killed processes end some seconds later.
            Map<TopicPartition, Long> ends = all.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!ends.entrySet().stream().allMatch(each -> consumer.position(each.getKey()) >= each.getValue()))
                consumer.poll(Duration.ofMillis(500)).forEach(record -> System.out.println(record.value()));
        }
    }
}
