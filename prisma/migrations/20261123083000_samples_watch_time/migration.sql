-- AlterTable
ALTER TABLE "broadcast_samples" DROP COLUMN "peak_viewers",
ADD COLUMN     "watch_s" INTEGER NOT NULL DEFAULT 0;


