-- CreateIndex
CREATE INDEX "stage_guests_person_idx" ON "stage_guests"("person");

