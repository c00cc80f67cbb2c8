-- AlterTable
ALTER TABLE "clips" ADD COLUMN     "thumbnail" TEXT,
ALTER COLUMN "visibility" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "clips_recording_id_idx" ON "clips"("recording_id");
