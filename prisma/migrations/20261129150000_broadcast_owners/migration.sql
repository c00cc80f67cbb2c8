-- AlterTable
ALTER TABLE "broadcasts" ADD COLUMN     "epoch" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "node_id" UUID;

