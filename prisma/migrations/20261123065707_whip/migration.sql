-- CreateEnum
CREATE TYPE "broadcast_source" AS ENUM ('BROWSER', 'WHIP');

-- AlterTable
ALTER TABLE "channels" ADD COLUMN     "stream_key_at" TIMESTAMPTZ(3),
ADD COLUMN     "stream_key_hash" BYTEA;

-- AlterTable
ALTER TABLE "broadcasts" ADD COLUMN     "source" "broadcast_source" NOT NULL DEFAULT 'BROWSER';


