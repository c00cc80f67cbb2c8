-- CreateEnum
CREATE TYPE "recording_problem" AS ENUM ('FULL', 'UNWRITABLE');

-- AlterTable
ALTER TABLE "recordings" ADD COLUMN     "problem" "recording_problem",
ADD COLUMN     "thumbnail" TEXT;

-- AlterTable
ALTER TABLE "clips" ADD COLUMN     "bytes" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "broadcast_samples" (
    "broadcast_id" UUID NOT NULL,
    "step" INTEGER NOT NULL,
    "viewers" INTEGER NOT NULL,
    "peak_viewers" INTEGER NOT NULL,
    "messages" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "broadcast_samples_pkey" PRIMARY KEY ("broadcast_id","step")
);

-- AddForeignKey
ALTER TABLE "broadcast_samples" ADD CONSTRAINT "broadcast_samples_broadcast_id_fkey" FOREIGN KEY ("broadcast_id") REFERENCES "broadcasts"("id") ON DELETE CASCADE ON UPDATE CASCADE;


