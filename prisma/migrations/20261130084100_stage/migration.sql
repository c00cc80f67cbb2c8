-- CreateTable
CREATE TABLE "stage_invitations" (
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "uses" INTEGER NOT NULL,
    "account_required" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "stage_invitations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stage_guests" (
    "invitation_id" UUID NOT NULL,
    "person" TEXT NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "stage_guests_pkey" PRIMARY KEY ("invitation_id","person")
);

-- CreateTable
CREATE TABLE "stage_scenes" (
    "channel_id" UUID NOT NULL,
    "list" JSONB NOT NULL,

    CONSTRAINT "stage_scenes_pkey" PRIMARY KEY ("channel_id")
);

-- CreateTable
CREATE TABLE "stage_assets" (
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "bytes" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stage_assets_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "stage_invitations_token_hash_key" ON "stage_invitations"("token_hash");

-- CreateIndex
CREATE INDEX "stage_invitations_channel_id_idx" ON "stage_invitations"("channel_id");

-- CreateIndex
CREATE INDEX "stage_assets_channel_id_idx" ON "stage_assets"("channel_id");

-- AddForeignKey
ALTER TABLE "stage_invitations" ADD CONSTRAINT "stage_invitations_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stage_guests" ADD CONSTRAINT "stage_guests_invitation_id_fkey" FOREIGN KEY ("invitation_id") REFERENCES "stage_invitations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stage_scenes" ADD CONSTRAINT "stage_scenes_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stage_assets" ADD CONSTRAINT "stage_assets_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

