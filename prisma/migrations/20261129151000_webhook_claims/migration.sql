-- AlterTable
ALTER TABLE "broadcasts" ADD COLUMN     "end_told_at" TIMESTAMPTZ(3),
ADD COLUMN     "live_told_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "webhooks" ADD COLUMN     "leased_until" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "broadcasts_end_told_at_live_told_at_idx" ON "broadcasts"("end_told_at", "live_told_at");
