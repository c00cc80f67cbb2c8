-- DropIndex
DROP INDEX "channels_last_live_at_idx";

-- CreateIndex: Prisma's schema has no words for NULLS LAST.
CREATE INDEX "channels_listing_idx" ON "channels"("last_live_at" DESC NULLS LAST, "created_at" DESC, "id" DESC);
