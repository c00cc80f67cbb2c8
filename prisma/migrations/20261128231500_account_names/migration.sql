-- CreateTable
CREATE TABLE "account_names" (
    "skeleton" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "is_username" BOOLEAN NOT NULL,

    CONSTRAINT "account_names_pkey" PRIMARY KEY ("skeleton")
);

-- CreateIndex
CREATE UNIQUE INDEX "account_names_account_id_is_username_key" ON "account_names"("account_id", "is_username");

-- AddForeignKey
ALTER TABLE "account_names" ADD CONSTRAINT "account_names_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
