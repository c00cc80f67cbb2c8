-- CreateTable
CREATE TABLE "security_events" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "security_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_events" (
    "id" UUID NOT NULL,
    "by_id" UUID,
    "by_name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "subject_account" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "admin_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "security_events_account_id_last_at_idx" ON "security_events"("account_id", "last_at");

-- CreateIndex
CREATE INDEX "security_events_last_at_idx" ON "security_events"("last_at");

-- CreateIndex
CREATE UNIQUE INDEX "security_events_account_id_hour_kind_subject_detail_network_key" ON "security_events"("account_id", "hour", "kind", "subject", "detail", "network", "device");

-- CreateIndex
CREATE INDEX "admin_events_subject_account_idx" ON "admin_events"("subject_account");

-- CreateIndex
CREATE INDEX "admin_events_last_at_idx" ON "admin_events"("last_at");

-- CreateIndex
CREATE UNIQUE INDEX "admin_events_by_id_hour_kind_subject_subject_account_key" ON "admin_events"("by_id", "hour", "kind", "subject", "subject_account");

-- AddForeignKey
ALTER TABLE "security_events" ADD CONSTRAINT "security_events_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "admin_events" ADD CONSTRAINT "admin_events_by_id_fkey" FOREIGN KEY ("by_id") REFERENCES "accounts"("id") ON DELETE SET NULL ON UPDATE CASCADE;


