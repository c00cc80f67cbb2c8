-- CreateEnum
CREATE TYPE "recording_state" AS ENUM ('RECORDING', 'FINISHING', 'READY', 'FAILED');

-- AlterTable
ALTER TABLE "channels" ADD COLUMN     "recording_enabled" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "recording_keep_days" INTEGER,
ADD COLUMN     "recording_keep_last" INTEGER;

-- AlterTable
ALTER TABLE "broadcasts" ADD COLUMN     "visibility" "visibility" NOT NULL DEFAULT 'PUBLIC';

-- CreateIndex
CREATE INDEX "broadcasts_channel_id_visibility_idx" ON "broadcasts"("channel_id", "visibility");

-- CreateTable
CREATE TABLE "recordings" (
    "broadcast_id" UUID NOT NULL,
    "state" "recording_state" NOT NULL DEFAULT 'RECORDING',
    "kept" BOOLEAN NOT NULL DEFAULT false,
    "duration_ms" INTEGER NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "chapters" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "recordings_pkey" PRIMARY KEY ("broadcast_id")
);

-- CreateTable
CREATE TABLE "clips" (
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "recording_id" UUID NOT NULL,
    "created_by_id" UUID,
    "title" TEXT NOT NULL,
    "visibility" "visibility" NOT NULL,
    "start_ms" INTEGER NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "play_from_ms" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "clips_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "recordings_state_idx" ON "recordings"("state");

-- CreateIndex
CREATE INDEX "clips_channel_id_idx" ON "clips"("channel_id");

-- CreateIndex
CREATE INDEX "clips_created_by_id_idx" ON "clips"("created_by_id");

-- AddForeignKey
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_broadcast_id_fkey" FOREIGN KEY ("broadcast_id") REFERENCES "broadcasts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clips" ADD CONSTRAINT "clips_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clips" ADD CONSTRAINT "clips_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "accounts"("id") ON DELETE SET NULL ON UPDATE CASCADE;


