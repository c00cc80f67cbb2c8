-- AlterTable
ALTER TABLE "broadcast_samples" DROP CONSTRAINT "broadcast_samples_pkey",
ADD COLUMN     "epoch" INTEGER NOT NULL DEFAULT 1,
ADD CONSTRAINT "broadcast_samples_pkey" PRIMARY KEY ("broadcast_id", "step", "epoch");

-- AlterTable
ALTER TABLE "held_messages" ADD COLUMN     "judged_until" TIMESTAMPTZ(3);
