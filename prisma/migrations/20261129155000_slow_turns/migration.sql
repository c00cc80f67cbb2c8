-- CreateTable
-- Not logged: it may be empty after a crash, and each message in slow mode writes to it.
CREATE UNLOGGED TABLE "slow_turns" (
    "key" TEXT NOT NULL,
    "nonce" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "slow_turns_pkey" PRIMARY KEY ("key","nonce")
);

-- CreateIndex
CREATE INDEX "slow_turns_at_idx" ON "slow_turns"("at");
