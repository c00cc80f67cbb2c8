-- CreateTable
CREATE TABLE "guest_recordings" (
    "id" UUID NOT NULL,
    "recording_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" "recording_state" NOT NULL DEFAULT 'RECORDING',
    "started_at" TIMESTAMPTZ(3),
    "duration_ms" INTEGER NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "problem" "recording_problem",
    "lacks_video" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "guest_recordings_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "guest_recordings_recording_id_idx" ON "guest_recordings"("recording_id");

-- CreateIndex
CREATE INDEX "guest_recordings_state_idx" ON "guest_recordings"("state");

-- AddForeignKey
ALTER TABLE "guest_recordings" ADD CONSTRAINT "guest_recordings_recording_id_fkey" FOREIGN KEY ("recording_id") REFERENCES "recordings"("broadcast_id") ON DELETE CASCADE ON UPDATE CASCADE;
