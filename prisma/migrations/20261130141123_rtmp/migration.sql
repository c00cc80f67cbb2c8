-- AlterEnum
ALTER TYPE "broadcast_source" ADD VALUE 'RTMP';

-- CreateIndex
CREATE UNIQUE INDEX "channels_stream_key_hash_key" ON "channels"("stream_key_hash");

