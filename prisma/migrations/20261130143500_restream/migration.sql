-- CreateTable
CREATE TABLE "restream_targets" (
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "restream_targets_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "restream_targets_channel_id_idx" ON "restream_targets"("channel_id");

-- AddForeignKey
ALTER TABLE "restream_targets" ADD CONSTRAINT "restream_targets_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

