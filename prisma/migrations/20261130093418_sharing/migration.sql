-- AlterTable
ALTER TABLE "channels" ADD COLUMN     "sharing_enabled" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "sharing_live_above" INTEGER NOT NULL DEFAULT 20;

