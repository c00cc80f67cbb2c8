-- CreateEnum
CREATE TYPE "broadcast_state" AS ENUM ('STARTING', 'LIVE', 'INTERRUPTED', 'ENDED');

-- CreateEnum
CREATE TYPE "end_reason" AS ENUM ('PUBLISHER_ENDED', 'GRACE_ELAPSED', 'NEVER_STARTED', 'CHANNEL_DELETED', 'SERVER_STOPPED');

-- CreateEnum
CREATE TYPE "chat_role" AS ENUM ('OWNER', 'MEMBER', 'GUEST');

-- CreateTable
CREATE TABLE "accounts" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "account_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "rotated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "previous_token_hash" BYTEA,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "channels" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL DEFAULT '',
    "owner_id" UUID NOT NULL,
    "chat_seq" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_live_at" TIMESTAMPTZ(3),

    CONSTRAINT "channels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "broadcasts" (
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "state" "broadcast_state" NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" "end_reason",
    "peak_viewers" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "broadcasts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chat_messages" (
    "channel_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "nonce" UUID NOT NULL,
    "broadcast_id" UUID,
    "account_id" UUID,
    "guest_id" TEXT,
    "name" TEXT NOT NULL,
    "role" "chat_role" NOT NULL,
    "text" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "deleted_by_id" UUID,

    CONSTRAINT "chat_messages_pkey" PRIMARY KEY ("channel_id","seq")
);

-- CreateTable
CREATE TABLE "chat_bans" (
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "account_id" UUID,
    "guest_id" TEXT,
    "name" TEXT NOT NULL,
    "banned_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chat_bans_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "accounts_username_key" ON "accounts"("username");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_previous_token_hash_key" ON "sessions"("previous_token_hash");

-- CreateIndex
CREATE INDEX "sessions_account_id_idx" ON "sessions"("account_id");

-- CreateIndex
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "channels_name_key" ON "channels"("name");

-- CreateIndex
CREATE INDEX "channels_owner_id_idx" ON "channels"("owner_id");

-- CreateIndex
CREATE INDEX "channels_last_live_at_idx" ON "channels"("last_live_at");

-- CreateIndex
CREATE INDEX "broadcasts_channel_id_started_at_idx" ON "broadcasts"("channel_id", "started_at");

-- CreateIndex
CREATE INDEX "broadcasts_state_idx" ON "broadcasts"("state");

-- CreateIndex
CREATE INDEX "chat_messages_broadcast_id_seq_idx" ON "chat_messages"("broadcast_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "chat_messages_channel_id_nonce_key" ON "chat_messages"("channel_id", "nonce");

-- CreateIndex
CREATE UNIQUE INDEX "chat_bans_channel_id_account_id_key" ON "chat_bans"("channel_id", "account_id");

-- CreateIndex
CREATE UNIQUE INDEX "chat_bans_channel_id_guest_id_key" ON "chat_bans"("channel_id", "guest_id");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channels" ADD CONSTRAINT "channels_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "broadcasts" ADD CONSTRAINT "broadcasts_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_messages" ADD CONSTRAINT "chat_messages_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_bans" ADD CONSTRAINT "chat_bans_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;
