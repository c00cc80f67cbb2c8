-- CreateTable
-- Not logged: it may be empty after a crash, and each wrong guess writes to it.
CREATE UNLOGGED TABLE "guesses" (
    "key" TEXT NOT NULL,
    "full_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guesses_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "guesses_full_at_idx" ON "guesses"("full_at");
